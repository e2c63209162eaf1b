import { pgEnum } from 'drizzle-orm/pg-core';
import {
  actionTypes,
  bundleStatuses,
  energyCarriers,
  energySources,
  grossNetIndicators,
  roleNames,
  technologyTypes,
} from '../rules/enums.ts';

/** The enum types of the tables. */

export const userRole = pgEnum('user_role', roleNames);
export const energySource = pgEnum('energy_source', energySources);
export const technologyType = pgEnum('technology_type', technologyTypes);
export const energyCarrier = pgEnum('energy_carrier', energyCarriers);
export const bundleStatus = pgEnum('bundle_status', bundleStatuses);
export const actionType = pgEnum('action_type', actionTypes);
export const grossNet = pgEnum('gross_net', grossNetIndicators);
export const actionResult = pgEnum('action_result', ['Success', 'Failure']);
