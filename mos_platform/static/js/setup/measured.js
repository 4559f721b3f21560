// Checks that the browser decides: does a clip play, what is the screen, how fast is the connection.

import { pause } from "../api.js";

const LONGEST_MS = 10000; // for a clip of less than two seconds
const TYPE = 'video/mp4; codecs="avc1.4d400c, mp4a.40.2"';
const FRAMES = 60;
const FRAMES_MS = 3000;
const SMALL = 250000;
const LARGE = 2000000;
const QUICK_MS = 500;

export async function playback(panel, server) {
  const { media, button } = panel;
  const address = await server.probe();
  let words = "setup.play";
  for (;;) {
    media.src = address;
    panel.restart();
    panel.offer(words);
    await new Promise((resolve) => {
      button.onclick = resolve;
    });
    panel.close();
    const trouble = await watched(media);
    if (trouble !== "blocked") return server.report({ trouble, patches: trouble ? null : patches(media) });
    words = "setup.playback_press";
  }
}

/** Plays to the end; "" where that worked. */
async function watched(video) {
  if (!video.canPlayType(TYPE)) return "unsupported";
  const ended = new Promise((resolve) => {
    video.onended = () => resolve("");
    video.onerror = () => resolve("unsupported");
  });
  try {
    await video.play();
  } catch (error) {
    if (error.name === "NotAllowedError") return "blocked";
    if (error.name === "NotSupportedError") return "unsupported";
  }
  return Promise.race([ended, pause(LONGEST_MS).then(() => "stopped")]);
}

/** The colours in the middle of the picture's quarters; null where the browser lets nobody read pictures. */
function patches(video) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 4;
  const context = canvas.getContext("2d", { willReadFrequently: true });
  if (!context || !isReadable(context)) return null;
  return [1, 3].flatMap((y) => [1, 3].map((x) => colourAt(context, video, x / 4, y / 4)));
}

function colourAt(context, video, across, down) {
  const x = across * video.videoWidth;
  const y = down * video.videoHeight;
  context.drawImage(video, x - 4, y - 4, 8, 8, 0, 0, 4, 4);
  return [...context.getImageData(1, 1, 1, 1).data.slice(0, 3)];
}

/** Some browsers give noise instead of pictures, so that nobody is recognised by them. */
function isReadable(context) {
  return [[200, 40, 40], [40, 70, 190]].every((colour) => {
    context.fillStyle = `rgb(${colour})`;
    context.fillRect(0, 0, 4, 4);
    const read = context.getImageData(1, 1, 1, 1).data;
    return colour.every((one, channel) => Math.abs(one - read[channel]) < 8);
  });
}

export async function screen(_panel, server) {
  const refresh = await refreshHz();
  return server.report({
    width: window.screen.width,
    height: window.screen.height,
    pixel_ratio: window.devicePixelRatio,
    refresh_hz: refresh,
  });
}

/** From the middle one of the times between pictures; null where too few came. */
async function refreshHz() {
  const times = [];
  const collect = (time) => times.push(time) < FRAMES && requestAnimationFrame(collect);
  requestAnimationFrame(collect);
  const until = performance.now() + FRAMES_MS;
  while (times.length < FRAMES && performance.now() < until) await pause(50);
  const steps = times.slice(1).map((time, i) => time - times[i]);
  if (steps.length < FRAMES / 4) return null;
  const middle = steps.sort((one, other) => one - other)[Math.floor(steps.length / 2)];
  return Math.round(10000 / middle) / 10;
}

/** A small download first; a larger one where that took too short a time to say much. */
export async function speed(_panel, server) {
  const first = await server.noise(SMALL);
  const mbits = first > QUICK_MS ? rate(SMALL, first) : rate(LARGE, await server.noise(LARGE));
  return server.report({ mbits });
}

const rate = (bytes, ms) => Math.min((bytes * 8) / 1000 / Math.max(ms, 1), 1e5);
