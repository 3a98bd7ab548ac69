import { useSignal, type Signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";

import { GATEWAYS, orderOf, type Wanted } from "../adding";
import type { Library } from "../api";
import { busName } from "../naming";
import { ask, order, type Outcome } from "../ordering";
import { Refused } from "./Refused";
import { t, tOr } from "../words";

const NOTHING: Wanted = { group: "", model: "", bus: "digiware", address: "", host: "", name: "" };
const BUSES = ["digiware", "rs485"] as const;

/** The "+" at the bottom right: adds products by hand, one after the other (§11.2.1). */
export function AddButton() {
  const open = useSignal(false);
  return (
    <>
      <button
        type="button"
        class="add"
        aria-label={t("ui.add")}
        title={t("ui.add")}
        onClick={() => {
          open.value = true;
        }}
      >
        +
      </button>
      {open.value && <AddDialog open={open} />}
    </>
  );
}

function AddDialog({ open }: { open: Signal<boolean> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const library = useSignal<Library | null>(null);
  const wanted = useSignal(NOTHING);
  const outcome = useSignal<Outcome | null>(null);
  useEffect(() => {
    dialog.current?.showModal();
    void ask<Library>("/library").then((found) => {
      library.value = found;
    });
  }, [library]);
  const close = () => {
    open.value = false;
  };
  const { command, given, words } = orderOf(wanted.value);
  const submit = async (event: Event) => {
    event.preventDefault();
    outcome.value = await order(command, given);
    if (outcome.value.done) wanted.value = { ...NOTHING, bus: wanted.value.bus };
  };
  return (
    <dialog ref={dialog} class="card dialog" onClose={close} aria-labelledby="add-title">
      <form onSubmit={submit}>
        <h2 id="add-title">{t("ui.add")}</h2>
        <Fields wanted={wanted} library={library.value} />
        <Told outcome={outcome.value} words={words} />
        <p class="dialog-buttons">
          <button type="button" class="toggle" onClick={close}>
            {t("ui.close")}
          </button>
          <button type="submit" class="toggle" disabled={!wanted.value.model}>
            {t("ui.add.do")}
          </button>
        </p>
      </form>
    </dialog>
  );
}

function Fields({ wanted, library }: { wanted: Signal<Wanted>; library: Library | null }) {
  const change = (part: Partial<Wanted>) => {
    wanted.value = { ...wanted.value, ...part };
  };
  const { group, model, bus, address, host, name } = wanted.value;
  return (
    <>
      <Labelled label={t("ui.add.product")}>
        <select value={model} onChange={(e) => change(chosen(library, e.currentTarget.value))}>
          <option value="">{t("ui.add.choose")}</option>
          {library?.groups.map((each) => (
            <optgroup key={each.group} label={tOr(`group.library.${each.group}`, each.group)}>
              {each.products.map((product) => (
                <option key={product.model} value={product.model}>
                  {product.name}
                </option>
              ))}
            </optgroup>
          ))}
        </select>
      </Labelled>
      {group === GATEWAYS ? (
        <Labelled label={t("ui.add.host")}>
          <input value={host} required onInput={(e) => change({ host: e.currentTarget.value })} />
        </Labelled>
      ) : (
        <>
          <Labelled label={t("ui.column.bus")}>
            <select value={bus} onChange={(e) => change({ bus: e.currentTarget.value })}>
              {BUSES.map((each) => (
                <option key={each} value={each}>
                  {busName(each)}
                </option>
              ))}
            </select>
          </Labelled>
          <Labelled label={t("ui.column.address")}>
            <input
              type="number"
              min={1}
              max={247}
              required
              value={address}
              onInput={(e) => change({ address: e.currentTarget.value })}
            />
          </Labelled>
        </>
      )}
      <Labelled label={t("ui.add.name")}>
        <input value={name} maxLength={32} onInput={(e) => change({ name: e.currentTarget.value })} />
      </Labelled>
    </>
  );
}

function chosen(library: Library | null, model: string): Partial<Wanted> {
  const group = library?.groups.find(({ products }) => products.some((p) => p.model === model));
  return { model, group: group?.group ?? "" };
}

function Labelled({ label, children }: { label: string; children: ComponentChildren }) {
  return (
    <label class="labelled">
      <span>{label}</span>
      {children}
    </label>
  );
}

function Told({ outcome, words }: { outcome: Outcome | null; words: string }) {
  if (!outcome) return null;
  if (outcome.done) return <p role="status">{t("ui.add.done")}</p>;
  return <Refused outcome={outcome} words={words} />;
}
