import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

export interface S3Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

const ALGORITHM = 'AWS4-HMAC-SHA256';
const MOST_SKEW_MS = 15 * 60_000;
const AUTHORIZATION =
  /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/;

/**
 * Checks a request by Signature Version 4, as described in the documentation of AWS ("Authenticating Requests: Using the Authorization
 * Header"). Returns the code of the error with which S3 refuses it, or `undefined`.
 */
export function refusalOf(
  request: IncomingMessage,
  body: Buffer,
  { accessKeyId, secretAccessKey, region }: S3Credentials,
  now = Date.now(),
): string | undefined {
  const parts = AUTHORIZATION.exec(header(request, 'authorization'));
  if (parts === null) return 'AccessDenied';
  const [, id, date = '', signedRegion = '', names = '', signature = ''] = parts;
  const time = header(request, 'x-amz-date');
  if (id !== accessKeyId) return 'InvalidAccessKeyId';
  if (signedRegion !== region || !time.startsWith(date)) return 'AuthorizationHeaderMalformed';
  if (Math.abs(instantOf(time) - now) > MOST_SKEW_MS) return 'RequestTimeTooSkewed';
  if (header(request, 'x-amz-content-sha256') !== sha256(body)) return 'XAmzContentSHA256Mismatch';
  const mustSign = ['host', ...Object.keys(request.headers).filter((name) => name.startsWith('x-amz-'))];
  if (mustSign.some((name) => !names.split(';').includes(name))) return 'AccessDenied';
  const scope = `${date}/${region}/s3/aws4_request`;
  const text = [ALGORITHM, time, scope, sha256(canonicalRequest(request, names))].join('\n');
  const key = [date, region, 's3', 'aws4_request'].reduce<string | Buffer>(hmac, `AWS4${secretAccessKey}`);
  return timingSafeEqual(hmac(key, text), Buffer.from(signature, 'hex'))
    ? undefined
    : 'SignatureDoesNotMatch';
}

function canonicalRequest(request: IncomingMessage, names: string): string {
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://host');
  const query = [...searchParams]
    .map(([name, value]) => `${encoded(name)}=${encoded(value)}`)
    .sort()
    .join('&');
  const headers = names.split(';').map((name) => `${name}:${header(request, name).trim()}\n`);
  return [
    request.method,
    pathname,
    query,
    headers.join(''),
    names,
    header(request, 'x-amz-content-sha256'),
  ].join('\n');
}

const header = ({ headers }: IncomingMessage, name: string) => String(headers[name] ?? '');
const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
const sha256 = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
const encoded = (text: string) =>
  encodeURIComponent(text).replaceAll(
    /[!'()*]/g,
    (each) => `%${each.charCodeAt(0).toString(16).toUpperCase()}`,
  );

/** A time such as `20260315T120000Z`. */
function instantOf(text: string): number {
  return Date.parse(text.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z'));
}
