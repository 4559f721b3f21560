// One tab at a time: the one opened last goes on, the others say so and wait.

const name = (sitting) => `study-sitting-${sitting}`;

/** Calls `lost()` once another tab, opened later, has taken the sitting over. */
export function holdSitting(sitting, lost) {
  // A page that comes back by the back button is as it was then: the server knows better.
  window.addEventListener("pageshow", ({ persisted }) => persisted && window.location.reload());
  if (!("BroadcastChannel" in window)) return;
  const mine = `${Date.now()} ${Math.random()}`;
  const channel = new BroadcastChannel(name(sitting));
  channel.onmessage = ({ data }) => {
    if (data <= mine) return channel.postMessage(mine);
    channel.close();
    return lost();
  };
  channel.postMessage(mine);
}
