import { type CheckedProfile, hasPrivateKey } from './check-profile.ts';
import type { ProfileText } from './profile.ts';
import { cardText } from './write-card.ts';
import { gatewayFile, isGateway } from './write-gateway.ts';
import { mikrotikCommands } from './write-mikrotik.ts';
import { networkManagerFile } from './write-network-manager.ts';
import { networkdFiles } from './write-networkd.ts';
import { openWrtBatch } from './write-openwrt.ts';
import { portableFile } from './write-wg-quick.ts';

/** How a profile can be written. `wg-quick` is portable, but of a gateway, which needs what only Linux has. */
export type ProfileFormat = 'wg-quick' | 'networkmanager' | 'networkd' | 'openwrt' | 'mikrotik' | 'card';

/** What each is called, in the order in which they are offered. */
export const profileFormats: Readonly<Record<ProfileFormat, string>> = {
  'wg-quick': 'a file for the apps and wg-quick',
  networkmanager: 'a NetworkManager connection',
  networkd: 'files for systemd-networkd',
  openwrt: 'commands for OpenWrt',
  mikrotik: 'commands for MikroTik RouterOS',
  card: 'a card to fill in by hand',
};

/**
 * The texts of a profile in a format. Without the private key there is only the card, whatever was asked for. NetworkManager
 * and networkd bring a gateway's tunnel up; forwarding and NAT they leave to others.
 */
export function writeProfile(profile: CheckedProfile, format: ProfileFormat): readonly ProfileText[] {
  if (!hasPrivateKey(profile)) return [cardText(profile)];
  switch (format) {
    case 'wg-quick':
      return [isGateway(profile) ? gatewayFile(profile) : portableFile(profile)];
    case 'networkmanager':
      return [networkManagerFile(profile)];
    case 'networkd':
      return networkdFiles(profile);
    case 'openwrt':
      return [openWrtBatch(profile)];
    case 'mikrotik':
      return [mikrotikCommands(profile)];
    case 'card':
      return [cardText(profile)];
  }
}
