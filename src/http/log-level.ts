import { z } from 'zod';
import { logLevels } from '../config.ts';
import { defineMutation } from '../operation/operation.ts';

/** Python's names of levels. */
const PYTHON_LEVELS = new Map([
  ['warning', 'warn'],
  ['critical', 'fatal'],
]);

const LogLevelChange = z
  .object({
    level: z
      .string()
      .max(20)
      .meta({
        description: `${logLevels.join(', ')}; also \`WARNING\` and \`CRITICAL\`, case-insensitive`,
        examples: ['debug'],
      })
      .transform((text) => PYTHON_LEVELS.get(text.toLowerCase()) ?? text.toLowerCase())
      .pipe(z.enum(logLevels)),
  })
  .meta({ id: 'LogLevelChange' });

const LogLevel = z
  .object({
    message: z.string(),
    old_level: z.string(),
    new_level: z.enum(logLevels),
  })
  .meta({ id: 'LogLevel' });

export const changeLogLevel = defineMutation({
  id: 'changeLogLevel',
  method: 'POST',
  path: '/change_log_level',
  tag: 'Core',
  summary: 'Change the log level',
  description:
    'Changes the log level of the process that handles the request, until it stops. Other processes keep their level. The change and the user who made it are logged.',
  permission: 'administer',
  body: LogLevelChange,
  answer: { status: 200, description: 'The previous and the new level', schema: LogLevel },
  async handle({ body: { level }, services, log }) {
    const before = services.log.level;
    // Logged unconditionally: the old or the new level may be above `info`.
    const record = log.child({}, { level: 'info' });
    record.info({ from: before, to: level }, 'the log level was changed');
    services.log.level = level;
    const message = `The log level of this process is now "${level}". Other processes keep their level.`;
    return { message, old_level: before, new_level: level };
  },
});
