import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';

/** The HTTP client of a user. Responses are untyped on purpose: each test states what it expects. */
export class Client {
  readonly #app: FastifyInstance;
  readonly #token: string;
  readonly userId: number;

  constructor(app: FastifyInstance, token: string, userId: number) {
    this.#app = app;
    this.#token = token;
    this.userId = userId;
  }

  /** The id of its user, from the token. */
  get claims(): Record<string, unknown> {
    const [, claims = ''] = this.#token.split('.');
    return JSON.parse(Buffer.from(claims, 'base64url').toString());
  }

  /** Sends a request over a socket. */
  get authorization(): { authorization: string } {
    return { authorization: `Bearer ${this.#token}` };
  }

  request(options: InjectOptions): Promise<LightMyRequestResponse> {
    return this.#app.inject({
      ...options,
      headers: { ...this.authorization, ...options.headers },
    });
  }

  get(url: string, headers: Record<string, string> = {}): Promise<LightMyRequestResponse> {
    return this.request({ method: 'GET', url, headers });
  }

  post(
    url: string,
    payload: object = {},
    headers: Record<string, string> = {},
  ): Promise<LightMyRequestResponse> {
    return this.request({ method: 'POST', url, payload, headers });
  }

  patch(url: string, payload: object = {}): Promise<LightMyRequestResponse> {
    return this.request({ method: 'PATCH', url, payload });
  }

  delete(url: string): Promise<LightMyRequestResponse> {
    return this.request({ method: 'DELETE', url });
  }
}
