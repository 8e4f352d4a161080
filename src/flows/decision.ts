import type { PeerEdits } from '../change/plans/edit-peer.ts';
import type { InitWish } from '../change/plans/init.ts';
import type { DisableDecision } from '../change/plans/peer.ts';
import type { InterfaceName } from '../wg/key.ts';
import type { PeerId } from '../wg/peer.ts';
import type { AddRequest } from './add/request.ts';

/** What an operator has decided, in the console or as a command. Each becomes a plan. */
export type Decision =
  | { readonly kind: 'edit'; readonly peer: PeerId; readonly edits: PeerEdits }
  | { readonly kind: 'disable'; readonly peer: PeerId; readonly how: DisableDecision }
  | { readonly kind: 'enable'; readonly peer: PeerId }
  | { readonly kind: 'remove'; readonly peer: PeerId }
  /** The items by their ids. */
  | {
      readonly kind: 'drift';
      readonly how: 'push' | 'adopt' | 'ignore';
      readonly interfaceName: InterfaceName;
      readonly items: readonly string[];
    }
  /** Writes a file for an interface that nobody keeps. */
  | { readonly kind: 'adopt'; readonly interfaceName: InterfaceName }
  | { readonly kind: 'undo'; readonly change: string }
  /** Makes a hub of this host. */
  | { readonly kind: 'init'; readonly wish: InitWish };

/** A decision that makes keys besides its plan: `prepareAdd`. */
export interface AddDecision {
  readonly kind: 'add';
  readonly interfaceName: InterfaceName;
  readonly request: AddRequest;
}
