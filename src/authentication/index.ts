import { login } from './login.ts';

export { callerWith, identify } from './identify.ts';
export { hashPassword } from './password.ts';

export const authenticationOperations = [login];
