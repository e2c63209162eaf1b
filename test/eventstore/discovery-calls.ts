import gossipPb from '@eventstore/db-client/generated/gossip_pb.js';
import featuresPb from '@eventstore/db-client/generated/serverfeatures_pb.js';
import { uuidOf } from './identity.ts';

const VERSION = '23.10.0';
const STREAMS = 'event_store.client.streams.streams';

/** The calls that the server supports; the client prefers `batchappend` to `append`. */
export function supportedMethods(batchAppend: boolean): featuresPb.SupportedMethods {
  const methods = new featuresPb.SupportedMethods();
  methods.setEventStoreServerVersion(VERSION);
  for (const name of ['append', 'read', ...(batchAppend ? ['batchappend'] : [])]) {
    const method = new featuresPb.SupportedMethod();
    method.setServiceName(STREAMS);
    method.setMethodName(name);
    methods.addMethods(method);
  }
  return methods;
}

/** A cluster of one node, which leads. */
export function clusterOfOne(id: string, port: number): gossipPb.ClusterInfo {
  const endPoint = new gossipPb.EndPoint();
  endPoint.setAddress('127.0.0.1');
  endPoint.setPort(port);
  const member = new gossipPb.MemberInfo();
  member.setInstanceId(uuidOf(id, 'string'));
  member.setTimeStamp(String(Date.now()));
  member.setState(gossipPb.MemberInfo.VNodeState.LEADER);
  member.setIsAlive(true);
  member.setHttpEndPoint(endPoint);
  const cluster = new gossipPb.ClusterInfo();
  cluster.addMembers(member);
  return cluster;
}
