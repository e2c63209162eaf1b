import http from 'node:http';

/** One client with a connection of its own, from a loopback address of its own (on Linux, all of 127.0.0.0/8 are). */
export interface HttpClient {
  /** Sends a request. Without an answer in time, or when the connection breaks, the status is 0. */
  send(request: Sent): Promise<Answer>;
  close(): void;
}

export interface Sent {
  readonly method?: string;
  readonly path: string;
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** JSON. A text is sent as it is. */
  readonly body?: object | string;
}

export interface Answer {
  readonly status: number;
  readonly headers: http.IncomingHttpHeaders;
  readonly text: string;
}

const TIMEOUT_MS = 15_000;

const NO_ANSWER: Answer = { status: 0, headers: {}, text: '' };

/** The options of a request to the registry, from an address. */
export function requestOptions(
  url: string,
  address: string,
  { path, token, headers, body, method = body === undefined ? 'GET' : 'POST' }: Sent,
): http.RequestOptions {
  const { hostname, port } = new URL(url);
  return {
    hostname,
    port,
    path,
    method,
    localAddress: address,
    headers: {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
  };
}

export const payloadOf = ({ body }: Sent): string | undefined =>
  typeof body === 'object' ? JSON.stringify(body) : body;

export function httpClient(url: string, address: string): HttpClient {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });
  return {
    send: (sent) =>
      new Promise((resolve) => {
        const none = () => resolve(NO_ANSWER);
        const request = http.request({ ...requestOptions(url, address, sent), agent }, (response) => {
          let text = '';
          response.setEncoding('utf8').on('data', (chunk) => {
            text += chunk;
          });
          response
            .on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text }))
            .on('error', none);
        });
        request.setTimeout(TIMEOUT_MS, () => request.destroy());
        request.on('error', none);
        request.end(payloadOf(sent));
      }),
    close: () => agent.destroy(),
  };
}
