import type { Tracing } from '../tracing/index.ts';
import type { EventLog } from './event-log.ts';

const MAX_REQUESTS = 100;

/** The same log, with a span for every append. It names the requests of the entries, since each of them has its own trace. */
export function tracedLog(log: EventLog, tracing: Tracing): EventLog {
  return {
    ...log,
    async append(entries) {
      const requests = new Set(entries.flatMap(({ request_id }) => request_id ?? []));
      const span = tracing.begin(`append ${log.stream}`, {
        kind: 'producer',
        attributes: {
          'messaging.destination.name': log.stream,
          'messaging.batch.message_count': entries.length,
          'registry.position': entries[0]?.position ?? 0,
          'registry.request_ids': [...requests].slice(0, MAX_REQUESTS),
        },
      });
      try {
        await span.within(() => log.append(entries));
        span.end();
      } catch (error) {
        span.end(error);
        throw error;
      }
    },
  };
}
