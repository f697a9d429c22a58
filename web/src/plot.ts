// Makes the plots of a promise zoomable: drag to look closer, double-click for the whole. The drawing made on the server stays until this one stands, and
// comes back if anything fails, so nothing is ever lost by it.
import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import './plot.css';

interface Look {
  at: string;
  class: string;
  dns?: number;
  connect?: number;
  tls?: number;
  firstByte?: number;
  total?: number;
  bad: number;
}

interface Looks {
  from: string;
  to: string;
  stepNanoseconds: number;
  points: Look[];
  gaps: { from: string; to: string }[];
}

const phases = ['dns', 'connect', 'tls', 'first', 'body'] as const;
const words: Record<(typeof phases)[number], string> = { dns: 'dns', connect: 'connect', tls: 'tls', first: 'first byte', body: 'body' };

// the highest sum is painted first, so that each lower phase lies upon it
const order = [...phases.keys()].reverse();

type Column = (number | null)[];

/** Stacked from the ground up, in milliseconds; a gap interrupts every line. */
function columns(looks: Looks): { x: number[]; sums: Column[]; bad: Column } {
  const x: number[] = [];
  const sums: Column[] = phases.map(() => []);
  const bad: Column = [];
  const push = (at: number, look: Look | null) => {
    x.push(at);
    const total = look?.total;
    if (!look || total === undefined) {
      sums.forEach(sum => sum.push(null));
      bad.push(look && look.bad > 0 ? 0 : null);
      return;
    }
    let sum = 0;
    [look.dns, look.connect, look.tls, look.firstByte].forEach((part, i) => {
      sum += (part ?? 0) / 1e6;
      sums[i]?.push(sum);
    });
    sums[4]?.push(Math.max(sum, total / 1e6));
    bad.push(look.bad > 0 ? total / 1e6 : null);
  };
  const step = looks.stepNanoseconds / 1e9;
  let before = Number.NaN;
  // the whole is the time that was asked for, also where nothing was seen yet
  const [from, to] = [Date.parse(looks.from) / 1000, Date.parse(looks.to) / 1000];
  const first = looks.points[0];
  if (first && Date.parse(first.at) / 1000 > from) push(from, null);
  for (const look of looks.points) {
    const at = Date.parse(look.at) / 1000;
    if (at - before > step * 2.5) push(before + step, null);
    push(at, look);
    before = at;
  }
  if (before < to) push(to, null);
  return { x, sums, bad };
}

function length(ms: number | null | undefined): string {
  if (ms === null || ms === undefined) return '–';
  return ms >= 1000 ? `${(ms / 1000).toPrecision(3)} s` : `${ms >= 100 ? ms.toFixed(0) : ms.toPrecision(3)} ms`;
}

/** A limit that was promised, in milliseconds. */
interface Limit { at: number; words: string }

function limitsOf(figure: HTMLElement): Limit[] {
  return (figure.dataset['limits'] ?? '').split('\n').flatMap(line => {
    const space = line.indexOf(' ');
    return space > 0 ? [{ at: Number(line.slice(0, space)) / 1e6, words: line.slice(space + 1) }] : [];
  });
}

async function read(figure: HTMLElement): Promise<Looks | undefined> {
  const query = new URLSearchParams({ from: figure.dataset['from'] ?? '', to: figure.dataset['to'] ?? '', points: '1000' });
  const answer = await fetch(`${figure.dataset['plot'] ?? ''}&${query.toString()}`, { headers: { accept: 'application/json' } });
  return answer.ok ? (await answer.json()) as Looks : undefined;
}

function clock(at: number, step: number): string {
  return new Date(at * 1000).toISOString().slice(...(step >= 86400 ? [5, 10] : step < 60 ? [11, 19] : [11, 16]));
}

/** One plot that stands in place of the server's drawing. */
class Island {
  private readonly place = document.createElement('div');
  private readonly canvas = document.createElement('div');
  private readonly part = document.createElement('p');
  private readonly observer = new ResizeObserver(() => this.plot?.setSize(this.size()));
  private plot: uPlot | undefined;
  private zoomed = false;

  constructor(private readonly figure: HTMLElement, private readonly drawing: SVGSVGElement, private looks: Looks) {
    this.place.dataset['island'] = '';
    this.canvas.setAttribute('role', 'img');
    this.part.className = 'part muted';
    this.place.append(this.canvas, this.part);
    this.paint();
    figure.dataset['island'] = '';
    drawing.before(this.place);
    drawing.setAttribute('hidden', '');
    this.plot?.setSize(this.size());
    this.observer.observe(figure);
  }

  /** Newer looks; what somebody looks closer at stays before them. */
  async update(): Promise<void> {
    const looks = await read(this.figure);
    if (!looks || looks.points.length < 2) return;
    this.looks = looks;
    this.canvas.setAttribute('aria-label', this.drawing.getAttribute('aria-label') ?? '');
    this.plot?.setData(this.table(), !this.zoomed);
    if (this.zoomed) this.plot?.redraw();
  }

  /** Draws it all anew in the colours that hold now. */
  paint(): void {
    const { min, max } = this.zoomed ? this.plot?.scales['x'] ?? {} : {};
    this.plot?.destroy();
    this.canvas.setAttribute('aria-label', this.drawing.getAttribute('aria-label') ?? '');
    this.plot = new uPlot(this.options(), this.table(), this.canvas);
    if (min !== undefined && max !== undefined) this.plot.setScale('x', { min, max });
  }

  private size() {
    return { width: Math.max(240, this.figure.clientWidth), height: 270 };
  }

  private table(): uPlot.AlignedData {
    const { x, sums, bad } = columns(this.looks);
    return [x, ...order.map(i => sums[i] ?? []), bad];
  }

  private options(): uPlot.Options {
    const style = getComputedStyle(document.documentElement);
    const colour = (name: string) => style.getPropertyValue(`--${name}`).trim();
    const font = `11px ${style.getPropertyValue('--text')}`;
    const axis = { stroke: colour('quiet'), grid: { stroke: colour('line'), width: 1 }, ticks: { show: false }, font };
    const limits = limitsOf(this.figure);
    const top = Math.max(0, ...limits.map(limit => limit.at));
    return {
      ...this.size(), series: this.series(colour), tzDate: at => uPlot.tzDate(new Date(at * 1000), 'UTC'),
      scales: { y: { range: (_, __, most) => [0, Math.max(most || 1, top) * 1.06] } },
      axes: [{ ...axis, values: (_, ticks, __, ___, step) => ticks.map(at => clock(at, step)) }, { ...axis, size: 62, values: (_, ticks) => ticks.map(tick => (tick === 0 ? '0' : length(tick))) }],
      cursor: { drag: { x: true, y: false } },
      hooks: { draw: [plot => { this.drawGaps(plot, colour('unknown')); drawLimits(plot, limits, colour('broken'), font); }], setScale: [(plot, key) => { if (key === 'x') this.tellPart(plot); }] },
    };
  }

  private series(colour: (name: string) => string): uPlot.Series[] {
    const sum = (plot: uPlot, phase: number, index: number) => (plot.data[order.indexOf(phase) + 1]?.[index] ?? 0);
    return [
      { label: 'at, UTC', value: (_, at) => (at === null ? '–' : new Date(at * 1000).toISOString().replace('T', ' ').slice(0, 19)) },
      ...order.map(i => {
        const phase = phases[i] ?? 'body';
        return {
          label: words[phase], fill: colour(phase), width: 0, points: { show: false }, spanGaps: false,
          value: (plot: uPlot, __: number, ___: number, index: number | null) => index === null ? '–' : length(sum(plot, i, index) - (i > 0 ? sum(plot, i - 1, index) : 0)),
        } satisfies uPlot.Series;
      }),
      { label: 'bad look', stroke: colour('broken'), width: 0, points: { show: true, size: 7, fill: colour('broken') }, value: (_, value) => (value === null ? '–' : 'yes') },
    ];
  }

  /** Where we did not see: dashes along the ground, as on the server's drawing. */
  private drawGaps(plot: uPlot, colour: string): void {
    const { ctx, bbox } = plot;
    ctx.save();
    ctx.beginPath();
    for (const gap of this.looks.gaps) {
      const at = (time: string) => Math.min(bbox.left + bbox.width, Math.max(bbox.left, plot.valToPos(Date.parse(time) / 1000, 'x', true)));
      const [from, to] = [at(gap.from), at(gap.to)];
      if (to <= bbox.left || from >= bbox.left + bbox.width) continue;
      ctx.moveTo(from, bbox.top + bbox.height - 3 * devicePixelRatio);
      ctx.lineTo(Math.max(to, from + 2), bbox.top + bbox.height - 3 * devicePixelRatio);
    }
    ctx.strokeStyle = colour;
    ctx.lineWidth = 3 * devicePixelRatio;
    ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio]);
    ctx.stroke();
    ctx.restore();
  }

  /** Says which part is looked at, and leads back to the whole without a mouse too. */
  private tellPart(plot: uPlot): void {
    const x = plot.data[0], { min, max } = plot.scales['x'] ?? {};
    const [first, last] = [x[0], x[x.length - 1]];
    if (min === undefined || max === undefined || first === undefined || last === undefined) return;
    const slack = (last - first) / 1000;
    // newer looks move the end of the whole, not the beginning of what is looked closer at
    this.zoomed = min > first + slack || max < last - slack;
    if (!this.zoomed) { this.part.replaceChildren(); return; }
    const whole = document.createElement('button');
    whole.type = 'button';
    whole.textContent = 'Show all';
    whole.addEventListener('click', () => { this.zoomed = false; plot.setData(plot.data, true); });
    this.part.replaceChildren(`${clock(min, 1)} to ${clock(max, 1)} UTC. `, whole);
  }
}

function drawLimits(plot: uPlot, limits: Limit[], colour: string, font: string): void {
  const { ctx, bbox } = plot;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colour;
  ctx.lineWidth = devicePixelRatio;
  ctx.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
  ctx.textAlign = 'right';
  ctx.textBaseline = 'bottom';
  ctx.font = font.replace('11px', `${11 * devicePixelRatio}px`);
  for (const limit of limits) {
    const y = Math.round(plot.valToPos(limit.at, 'y', true));
    ctx.beginPath();
    ctx.moveTo(bbox.left, y);
    ctx.lineTo(bbox.left + bbox.width, y);
    ctx.stroke();
    ctx.fillText(limit.words, bbox.left + bbox.width, y - 2 * devicePixelRatio);
  }
  ctx.restore();
}

const islands = new Map<HTMLElement, Island>();

async function draw(figure: HTMLElement): Promise<void> {
  const drawing = figure.querySelector('svg');
  const looks = await read(figure);
  if (!drawing || !looks || looks.points.length < 2 || islands.has(figure)) return;
  islands.set(figure, new Island(figure, drawing, looks));
}

function drawAll(): void {
  for (const figure of islands.keys())
    if (!figure.isConnected) islands.delete(figure);
  for (const figure of document.querySelectorAll<HTMLElement>('figure[data-plot]'))
    (islands.get(figure)?.update() ?? draw(figure)).catch(() => { /* what was drawn stays */ });
}

drawAll();
document.addEventListener('kept:refreshed', drawAll);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => { for (const island of islands.values()) island.paint(); });
