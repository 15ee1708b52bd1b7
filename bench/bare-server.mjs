// A peer in a process of its own. Its parent names the role, sends what that needs and hears its answers; the process
// ends when the parent disconnects.
const ROLES = {
  http: () => import('./bare-http.mjs'),
  fanOut: () => import('./bare-fan-out.mjs'),
  crowd: () => import('./bare-crowd.mjs'),
  feed: () => import('./bare-feed.mjs'),
};

process.once('message', ({ role, options }) => {
  void ROLES[role]().then(({ start }) => start(options));
});
process.once('disconnect', () => process.exit());
