/** The contract's implementer, and its type for the files that serve one noun each. */
import { implement } from '@orpc/server';
import { engineContract } from '../../../src-shared/contract/engine-contract.ts';

export const implementer = implement(engineContract);
export type Implementer = typeof implementer;
