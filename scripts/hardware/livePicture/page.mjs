// What an installer sees of a camera while it is fixed, turned and focused. Pictures go into the canvas and nowhere else.

const TEXTS = {
  en: {
    other: '中文',
    on: 'The camera is on. Its picture is shown here and kept nowhere.',
    waiting: 'Waiting for the camera …',
    ended: 'The picture has ended.',
    focus: 'Longest bar, best focus',
    sharpness: (now, best) => `Sharpness ${now}, best ${best}`,
    again: 'Start again',
    light: {
      good: ['The light is good', () => ''],
      'too-dark': ['Too dark', () => 'Add light on the faces.'],
      'too-bright': ['Too bright', () => 'Take light away, or shade the camera.'],
      'burnt-out': ['Burnt out', (share) => `${share} % is plain white: keep lamps and the sun out of the picture.`],
      backlit: ['Backlight', () => 'What is behind is brighter than the face: turn the camera, or add light in front.'],
    },
    facts: {
      rate: 'Frames a second',
      latency: 'Latency',
      dropped: 'Dropped frames',
      brightness: 'Brightness',
      burnt: 'Burnt out',
      exposure: 'Exposure',
    },
  },
  'zh-Hans': {
    other: 'English',
    on: '摄像头已开启。画面仅在此显示，不会保存。',
    waiting: '正在等待摄像头……',
    ended: '画面已结束。',
    focus: '横条最长时对焦最佳',
    sharpness: (now, best) => `清晰度 ${now}，最佳 ${best}`,
    again: '重新开始',
    light: {
      good: ['光线合适', () => ''],
      'too-dark': ['太暗', () => '请增加照在人脸上的光线。'],
      'too-bright': ['太亮', () => '请减弱光线，或为摄像头遮光。'],
      'burnt-out': ['局部过曝', (share) => `${share} % 为纯白：请避免灯具和阳光进入画面。`],
      backlit: ['逆光', () => '背景比人脸亮：请转动摄像头，或在前方补光。'],
    },
    facts: {
      rate: '每秒帧数',
      latency: '延迟',
      dropped: '丢帧',
      brightness: '亮度',
      burnt: '过曝',
      exposure: '曝光',
    },
  },
};
/** Pictures are asked for no faster: the measurement is of the camera, and a small computer has only so much time. */
const PERIOD_MS_MIN = 70;
/** A screen that nothing has filled by then is one without a window manager: the window is made as large as it is. */
const FILLED_MS_MAX = 1_500;

const byId = (id) => document.getElementById(id);
const canvas = document.querySelector('canvas');
// Kept out of the graphics processor, where nobody could overwrite it.
const context = canvas.getContext('2d', { willReadFrequently: true });
const asked = new URLSearchParams(location.search);
let language = (asked.get('language') ?? navigator.language).startsWith('zh') ? 'zh-Hans' : 'en';
let best = 0;
let picture;
let about;
let ended = false;

function say() {
  const texts = TEXTS[language];
  document.documentElement.lang = language;
  byId('language').textContent = texts.other;
  byId('again').textContent = texts.again;
  byId('on').textContent = ended ? texts.ended : texts.on;
  byId('waiting').textContent = ended ? texts.ended : about === undefined ? texts.waiting : '';
  byId('focus').textContent = texts.focus;
  const { sharpness = 0, light = 'good', burnt = 0 } = about ?? {};
  best = Math.max(best, sharpness);
  byId('now').style.width = `${best > 0 ? (100 * sharpness) / best : 0}%`;
  byId('sharpness').textContent = texts.sharpness(sharpness.toFixed(1), best.toFixed(1));
  const [verdict, remedy] = texts.light[light];
  byId('light').textContent = about === undefined ? '' : verdict;
  byId('light').className = light === 'good' ? '' : 'wrong';
  byId('light').dataset.light = light;
  byId('remedy').textContent = remedy(percent(burnt));
  facts(texts.facts);
}

const percent = (share) => (100 * share).toFixed(share > 0 && share < 0.1 ? 1 : 0);

function facts(names) {
  const unknown = '–';
  const { rate, latencyMs, dropped, brightness, burnt, exposureMicros } = about ?? {};
  const said = [
    [names.rate, rate?.toFixed(1)],
    [names.latency, latencyMs === undefined ? undefined : `${latencyMs.toFixed(1)} ms`],
    [names.dropped, dropped],
    [names.brightness, brightness === undefined ? undefined : `${brightness.toFixed(0)} / 255`],
    [names.burnt, burnt === undefined ? undefined : `${percent(burnt)} %`],
    [names.exposure, exposureMicros === undefined ? undefined : `${(exposureMicros / 1_000).toFixed(1)} ms`],
  ];
  const cells = said.map(([name, value]) => {
    const cell = document.createElement('div');
    cell.append(document.createElement('dt'), document.createElement('dd'));
    cell.firstChild.textContent = name;
    cell.lastChild.textContent = value ?? unknown;
    return cell;
  });
  document.querySelector('dl').replaceChildren(...cells);
}

/** Draws the RGB bytes, and overwrites them. */
function draw(rgb) {
  const { width, height, zone } = about;
  if (picture?.width !== width || picture.height !== height) {
    [canvas.width, canvas.height] = [width, height];
    picture = new ImageData(width, height);
  }
  for (let from = 0, to = 0; from < rgb.length; from += 3, to += 4) {
    picture.data[to] = rgb[from];
    picture.data[to + 1] = rgb[from + 1];
    picture.data[to + 2] = rgb[from + 2];
    picture.data[to + 3] = 255;
  }
  rgb.fill(0);
  context.putImageData(picture, 0, 0);
  canvas.className = 'shown';
  if (zone !== undefined) outline(zone);
}

/** Where a face is looked at: dark and light, so that it is seen on anything. */
function outline({ left, top, right, bottom }) {
  const { width, height } = canvas;
  const thin = Math.max(2, width / 200);
  for (const [colour, line] of [
    ['#16211f', thin * 2],
    ['#f3f1ea', thin],
  ]) {
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.strokeRect(left * width, top * height, (right - left) * width, (bottom - top) * height);
  }
}

function end() {
  ended = true;
  about = undefined;
  picture?.data.fill(0);
  if (picture !== undefined) context.putImageData(picture, 0, 0);
  canvas.className = '';
  say();
}

async function look() {
  for (;;) {
    const began = performance.now();
    const response = await fetch('frame');
    about = JSON.parse(response.headers.get('x-about'));
    draw(new Uint8Array(await response.arrayBuffer()));
    say();
    const rest = PERIOD_MS_MIN - (performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, rest)));
  }
}

function fill() {
  // Chromium gives a window one pixel less where it is asked for a whole screen.
  if (innerWidth >= screen.width - 1 && innerHeight >= screen.height - 1) return;
  moveTo(0, 0);
  resizeTo(screen.width, screen.height);
}

byId('language').addEventListener('click', () => {
  language = language === 'en' ? 'zh-Hans' : 'en';
  say();
});
byId('again').addEventListener('click', () => {
  best = 0;
  say();
});
if (asked.has('fill')) setTimeout(fill, FILLED_MS_MAX);
say();
look().catch(end);
