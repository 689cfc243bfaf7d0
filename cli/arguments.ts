// Reading what was typed: every fault is bad usage, told in one line.
import { open, readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { isNhsNumber } from '@gp-connect/foundation/nhs';
import { CommandError } from './command.ts';
import { exitCode } from './exit-codes.ts';

const usage = (message: string): CommandError => new CommandError(message, exitCode.usage);

/** Gives an option that may stand without a value (`--wait`) its value. */
export function withDefault(args: readonly string[], option: string, value: string): string[] {
  return args.flatMap((arg, at) =>
    arg === option && !/^\d+$/.test(args[at + 1] ?? '') ? [option, value] : [arg],
  );
}

/** @throws CommandError */
export function needed(value: string | undefined, what: string): string {
  if (value === undefined || value.trim() === '') throw usage(`${what} is missing`);
  return value;
}

/** @throws CommandError */
export function oneOf<Choice extends string>(
  value: string,
  choices: readonly Choice[],
  what: string,
): Choice {
  const found = choices.find((choice) => choice === value);
  if (found === undefined) throw usage(`${what} is one of ${choices.join(', ')}`);
  return found;
}

export function wholeNumber(option: string, text: string, least: number, most: number): number;
export function wholeNumber(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined;
/** @throws CommandError */
export function wholeNumber(
  option: string,
  text: string | undefined,
  least: number,
  most: number,
): number | undefined {
  if (text === undefined) return undefined;
  const number = Number(text);
  if (!/^\d+$/.test(text) || number < least || number > most)
    throw usage(`${option} takes a whole number from ${least} to ${most}`);
  return number;
}

/** Ten digits with or without blanks. @throws CommandError */
export function nhsNumberFrom(text: string): string {
  const digits = text.replaceAll(' ', '');
  if (!isNhsNumber(digits)) throw usage('that is not a valid NHS number: check its ten digits');
  return digits;
}

/** The bytes of a file, or of standard input for `-`. @throws CommandError */
export async function bytesOf(path: string, most: number): Promise<Buffer> {
  const bytes = path === '-' ? await buffer(process.stdin) : await readable(path, most);
  if (bytes.length > most) throw tooLarge(path, most);
  return bytes;
}

async function readable(path: string, most: number): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    const { size } = await file.stat().finally(() => file.close());
    if (size > most) throw tooLarge(path, most);
    return await readFile(path);
  } catch (error) {
    throw error instanceof CommandError ? error : unreadable(path, error);
  }
}

const tooLarge = (path: string, most: number): CommandError =>
  usage(`${path} is larger than ${Math.floor(most / 1024 / 1024)} MB`);

/** What keeps a file from being read, in words. */
export function unreadable(path: string, error: unknown): CommandError {
  const { code } = error as NodeJS.ErrnoException;
  const why: Readonly<Record<string, string>> = {
    ENOENT: 'there is no such file',
    EISDIR: 'it is a folder',
    EACCES: 'it may not be read',
  };
  return usage(`${path}: ${why[code ?? ''] ?? `it cannot be read (${code})`}`);
}

/** Machine-readable output: one JSON document. */
export const printJson = (value: unknown): void => console.log(JSON.stringify(value, null, 2));
