/** Where the examples put their pictures: `examples/out/`, which is not kept in the repository. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import * as Plot from '@observablehq/plot';
import { parseHTML } from 'linkedom';

const folder = fileURLToPath(new URL('../out/', import.meta.url));

/** Writes a file into the folder of pictures and returns its path. */
export function writePicture(name: string, content: string | Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const path = folder + name;
  writeFileSync(path, content);
  return path;
}

/** One Observable plot as SVG text, and its size. */
export function renderPlot(options: Plot.PlotOptions): { svg: string; width: number; height: number } {
  const { document } = parseHTML('<!doctype html><html><body></body></html>');
  const { width = 640, height = 400 } = options;
  const element = Plot.plot({ ...options, width, height, document });
  const svg = element.outerHTML.replace('<svg', '<svg xmlns="http://www.w3.org/2000/svg"');
  return { svg, width, height };
}

/** Plots beside each other under one title, as one SVG document. */
export function sideBySide(title: string, subtitle: string, plots: Plot.PlotOptions[]): string {
  const gap = 24;
  const margin = 24;
  const head = 76;
  let x = margin;
  let tallest = 0;
  const parts = plots.map((options) => {
    const { svg, width, height } = renderPlot(options);
    const part = `<g transform="translate(${x}, ${head})">${svg}</g>`;
    x += width + gap;
    tallest = Math.max(tallest, height);
    return part;
  });
  const width = x - gap + margin;
  const height = head + tallest + margin;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}"`,
    ' font-family="Inter, Helvetica, Arial, sans-serif">',
    `<rect width="${width}" height="${height}" fill="#fffdf8"/>`,
    `<text x="${margin}" y="38" font-size="20" font-weight="600" fill="#222">${title}</text>`,
    `<text x="${margin}" y="60" font-size="13" fill="#666">${subtitle}</text>`,
    ...parts,
    '</svg>\n',
  ].join('\n');
}
