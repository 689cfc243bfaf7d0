// One service of a running England as a role: the identity provider or the directory, as they are.
import { type Choices, planFrom } from '../../running/plan.ts';
import { services } from '../../running/services/index.ts';
import { playRole } from './role.ts';

await playRole(async ({ choices, name }: { choices: Choices; name: string }) => {
  const start = await services.find((service) => service.name === name)!.load();
  const running = await start(planFrom(choices));
  return { ready: true, close: () => running.close() };
});
