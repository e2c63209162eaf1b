import { existsSync } from 'node:fs';

/** The file to which `make demo` writes the addresses of its databases. */
export const DEMO_ENVIRONMENT = '.registry/demo.env';

/**
 * Loads `.env`, or the file of the demo if there is none, into the environment. Variables that are set take
 * precedence.
 */
export function loadEnvironment(): NodeJS.ProcessEnv {
  const file = ['.env', DEMO_ENVIRONMENT].find((each) => existsSync(each));
  if (file) process.loadEnvFile(file);
  return process.env;
}
