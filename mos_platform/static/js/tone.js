// A short, quiet tone, so that raters can check their sound before the first clip.

const SECONDS = 0.6;

export function playTone() {
  const context = new AudioContext();
  const oscillator = new OscillatorNode(context, { frequency: 440 });
  const gain = new GainNode(context, { gain: 0 });
  const now = context.currentTime;
  gain.gain.linearRampToValueAtTime(0.15, now + 0.05);
  gain.gain.setValueAtTime(0.15, now + SECONDS - 0.1);
  gain.gain.linearRampToValueAtTime(0, now + SECONDS);
  oscillator.connect(gain).connect(context.destination);
  oscillator.start(now);
  oscillator.stop(now + SECONDS);
  oscillator.onended = () => context.close();
}
