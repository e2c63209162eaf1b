import { login } from './login.ts';

export { identify } from './identify.ts';
export { hashPassword } from './password.ts';

export const authenticationOperations = [login];
