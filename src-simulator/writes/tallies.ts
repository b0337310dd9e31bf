/** What writing has caused in the organization beside the data: mail that went out, and accounts that are full. */

export class Tallies {
  /** Meeting requests and updates that organizers sent, one for each attendee. */
  invitations = 0;
  /** Cancellations that organizers sent, one for each attendee. */
  cancellations = 0;
  /** Messages sent, one for each recipient. */
  mails = 0;
  /** Ids of people whose mailbox takes nothing more. */
  readonly fullMailboxes = new Set<string>();
  /** Ids of drives that take nothing more. */
  readonly fullDrives = new Set<string>();

  reset(): void {
    this.invitations = 0;
    this.cancellations = 0;
    this.mails = 0;
  }
}
