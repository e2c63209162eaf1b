import type { Client } from '../harness/client.ts';
import type { Request } from './registry-model.ts';

interface Called {
  readonly method: 'POST' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly body?: object;
  readonly key?: string | undefined;
}

function called(request: Request): Called {
  switch (request.kind) {
    case 'act': {
      const url = `/certificate/${request.action}${request.isDry ? '?dry_run=true' : ''}`;
      return { method: 'POST', url, body: request.body, key: request.key };
    }
    case 'issue':
      return { method: 'POST', url: '/certificate/create', body: request.body, key: request.key };
    case 'whitelist':
      return { method: 'PATCH', url: `/account/update_whitelist/${request.account}`, body: request.body };
    case 'members':
      return { method: 'PATCH', url: `/account/update/${request.account}`, body: request.body };
    case 'close':
      return { method: 'DELETE', url: `/account/delete/${request.account}` };
    case 'move device':
      return { method: 'PATCH', url: `/device/update/${request.device}`, body: request.body };
  }
}

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
  readonly replayed: boolean;
}

/** Sends a request as its user; over a socket if there is an address. `key` replaces the request's own. */
export async function send(
  request: Request,
  { client, address, key }: { client: Client; address?: string | undefined; key?: string | undefined },
): Promise<Answer> {
  const { method, url, body, key: ownKey } = called(request);
  const usedKey = key ?? ownKey;
  const headers = usedKey === undefined ? {} : { 'idempotency-key': usedKey };
  if (address === undefined) {
    const answer = await client.request({ method, url, headers, ...(body ? { payload: body } : {}) });
    const replayed = answer.headers['idempotency-replayed'] === 'true';
    return { status: answer.statusCode, body: answer.json(), replayed };
  }
  const answer = await fetch(`${address}${url}`, {
    method,
    headers: { ...client.authorization, ...headers, ...(body ? { 'content-type': 'application/json' } : {}) },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const replayed = answer.headers.get('idempotency-replayed') === 'true';
  return { status: answer.status, body: JSON.parse(await answer.text()), replayed };
}
