// The national gateway, its audit log beside it and the keys of the log apart.
import { loadSettings } from '@gp-connect/foundation/config';
import { gatewayServiceSettings, openGateway } from '@gp-connect/national';
import { gatewayFile, writeSettings } from '../service-settings.ts';
import type { StartService } from './service.ts';

export const gateway: StartService = async (plan) =>
  openGateway(
    loadSettings(gatewayServiceSettings, {
      file: writeSettings(plan.layout, 'gateway', gatewayFile(plan)),
      env: process.env,
      prefix: 'GPC_GATEWAY',
    }),
  );
