/** A thin bar of 0..1; the number stands beside it, so it says nothing to screen readers. */
export function Share({ value }: { value: number }) {
  const width = `${Math.min(Math.max(value, 0), 1) * 100}%`;
  return (
    <span class="share" aria-hidden="true">
      <span style={{ width }} />
    </span>
  );
}
