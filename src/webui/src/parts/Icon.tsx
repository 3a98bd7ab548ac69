/** One family of line icons on a grid of 16, coloured by the text around them. */

const PATHS = {
  ok: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M5.2 8.2l2 2 3.6-4.2",
  warn: "M8 2 1.5 13.5h13L8 2M8 6.3v3.4M8 11.7v.1",
  bad: "M5.4 1.8h5.2l3.6 3.6v5.2l-3.6 3.6H5.4l-3.6-3.6V5.4l3.6-3.6M5.8 5.8l4.4 4.4M10.2 5.8l-4.4 4.4",
  idle: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M5.2 8h5.6",
  unknown:
    "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M6.2 6.4a1.8 1.8 0 1 1 2.5 1.7c-.5.2-.7.5-.7 1M8 11.2v.1",
  busy: "M13.6 8A5.6 5.6 0 1 1 11.9 4M13.7 1.8v3h-3",
  clock: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M8 4.6V8l2.4 1.6",
  search: "M7 2.2a4.8 4.8 0 1 1 0 9.6 4.8 4.8 0 0 1 0-9.6M10.6 10.6l3.6 3.6",
  light:
    "M8 5.2a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.6M8 1v1.4M8 13.6V15M1 8h1.4M13.6 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  dark: "M13.8 9.6A6 6 0 0 1 6.4 2.2a6 6 0 1 0 7.4 7.4",
  auto: "M8 1.8a6.2 6.2 0 1 1 0 12.4A6.2 6.2 0 0 1 8 1.8M8 1.8v12.4M8 4.6h3.9M8 8h5.9M8 11.4h3.9",
  overview: "M2 2.5h5v6H2zM9 2.5h5v3.2H9zM9 7.7h5v5.8H9zM2 10.5h5v3H2z",
  devices: "M3 1.8h10v12.4H3zM5.4 4.4h5.2v3.4H5.4zM5.6 10.6v.1M8 10.6v.1M10.4 10.6v.1",
  loads: "M9 1.5 3.5 9H8l-1 5.5L12.5 7H8l1-5.5",
  buses: "M1.5 8h13M4 8V4.2M4 4.2h-1.4M8 8v3.8M8 11.8h1.4M12 8V4.2M12 4.2h1.4",
  services: "M2 2.5h12v4.4H2zM2 9.1h12v4.4H2zM4.4 4.7v.1M4.4 11.3v.1M7 4.7h4.6M7 11.3h4.6",
  commissioning:
    "M6.8 2.2a4.6 4.6 0 1 1 0 9.2 4.6 4.6 0 0 1 0-9.2M10.2 10.2l4 4M4.6 6.8l1.6 1.6 3-3.2",
  workshop: "M1.5 8h2.6l1.5-4.5 2.6 9 2-6 1 1.5h3.3",
  toolbox: "M1.8 6h12.4v7.2H1.8zM5.4 6V3.4h5.2V6M1.8 9.2h4.4M9.8 9.2h4.4M6.2 8v2.4h3.6V8z",
  up: "M8 13V3.4M4.2 7 8 3.2 11.8 7",
  down: "M8 3v9.6M4.2 9 8 12.8 11.8 9",
  back: "M13 8H3.4M7 4.2 3.2 8 7 11.8",
  next: "M6 3.5 10.5 8 6 12.5",
  register: "M2 3.5h12v9H2zM6 3.5v9M10 3.5v9M2 8h12",
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
