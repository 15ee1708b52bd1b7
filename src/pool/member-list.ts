/** What can be on a list. */
export interface Listed<M extends Listed<M>> {
  readonly idleSinceMs: number;
  /** The list that it is on. */
  list: MemberList<M> | undefined;
  below: M | undefined;
  above: M | undefined;
}

/** Connections in the order of their last change, newest on top; each is on one list at most. */
export class MemberList<M extends Listed<M>> {
  top: M | undefined;
  bottom: M | undefined;
  size = 0;

  push(member: M): void {
    const { top } = this;
    member.list = this;
    member.below = top;
    if (top) top.above = member;
    else this.bottom = member;
    this.top = member;
    this.size += 1;
  }

  /** Puts a connection back among the idle ones, at the place that its idle time gives it. */
  insertByIdleTime(member: M): void {
    // Mostly it was on top, or at the bottom.
    let above = this.top && this.top.idleSinceMs <= member.idleSinceMs ? undefined : this.bottom;
    while (above && above.idleSinceMs <= member.idleSinceMs) above = above.above;
    if (!above) {
      this.push(member);
      return;
    }
    member.list = this;
    member.above = above;
    member.below = above.below;
    if (above.below) above.below.above = member;
    else this.bottom = member;
    above.below = member;
    this.size += 1;
  }

  remove(member: M): void {
    const { above, below } = member;
    if (above) above.below = below;
    else this.top = below;
    if (below) below.above = above;
    else this.bottom = above;
    member.above = undefined;
    member.below = undefined;
    member.list = undefined;
    this.size -= 1;
  }
}
