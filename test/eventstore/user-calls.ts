import usersPb from '@eventstore/db-client/generated/users_pb.js';
import * as grpc from '@grpc/grpc-js';
import { type Access, accessDenied } from './access.ts';
import type { Users } from './users.ts';

/** Creates a user. The registry uses none of the other calls for users. */
export function createUser(
  { request, metadata }: grpc.ServerUnaryCall<usersPb.CreateReq, usersPb.CreateResp>,
  answer: grpc.sendUnaryData<usersPb.CreateResp>,
  { users, access }: { readonly users: Users; readonly access: Access },
): void {
  if (!access.mayManageUsers(metadata)) {
    answer(accessDenied());
    return;
  }
  const options = request.getOptions();
  const name = options?.getLoginName() ?? '';
  const isNew = users.add({
    name,
    password: options?.getPassword() ?? '',
    groups: options?.getGroupsList() ?? [],
  });
  answer(isNew ? null : conflict(name), new usersPb.CreateResp());
}

function conflict(name: string): Partial<grpc.StatusObject> {
  const metadata = new grpc.Metadata();
  metadata.set('exception', 'user-conflict');
  metadata.set('login-name', name);
  return { code: grpc.status.FAILED_PRECONDITION, details: 'Login conflict.', metadata };
}
