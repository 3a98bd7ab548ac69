import { useEffect, useRef } from "preact/hooks";

import { board, isOld, measuring } from "./live/state";
import { Buses } from "./pages/Buses";
import { Commissioning } from "./pages/Commissioning";
import { DevicePage } from "./pages/Device";
import { Devices } from "./pages/Devices";
import { Loads } from "./pages/Loads";
import { Missing } from "./pages/Missing";
import { Overview } from "./pages/Overview";
import { Services } from "./pages/Services";
import { Workshop } from "./pages/Workshop";
import { route, type Route } from "./router";
import { Conditions } from "./shell/Conditions";
import { Header } from "./shell/Header";
import { Lost } from "./shell/Lost";
import { Navigation } from "./shell/Navigation";
import { Strip } from "./shell/Strip";
import { t } from "./words";

/** The page: the gateway's head, the state of its services, and what the address asks for. */
export function App() {
  const main = useMain();
  return (
    <>
      <a class="skip" href="#main">
        {t("ui.skip")}
      </a>
      <Header />
      <Strip />
      <Navigation />
      <main id="main" tabIndex={-1} ref={main} class={isOld.value ? "old-page" : undefined}>
        <Lost />
        <Conditions />
        <Page route={route.value} />
      </main>
    </>
  );
}

function Page({ route: open }: { route: Route }) {
  switch (open.page) {
    case "overview":
      return <Overview />;
    case "devices":
      return <Devices />;
    case "device":
      return <DevicePage address={open.address} load={open.load} />;
    case "loads":
      return measuring.value === false ? <Missing /> : <Loads />;
    case "buses":
      return <Buses />;
    case "commissioning":
      return <Commissioning />;
    case "workshop":
      return <Workshop />;
    case "services":
      return <Services />;
    case "missing":
      return <Missing />;
  }
}

/** Names the window after the page, and moves the keyboard to a page that was just opened. */
function useMain() {
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  const open = route.value;
  const place = open.page === "device" ? `device/${open.address}` : open.page;
  const site = board.gateway.value?.data.site;
  const title = t(`ui.page.${open.page}`);
  useEffect(() => {
    document.title = [title, site, "DIRIS Digiware"].filter(Boolean).join(" · ");
  }, [title, site]);
  useEffect(() => {
    if (!first.current) main.current?.focus({ preventScroll: true });
    first.current = false;
  }, [place]);
  return main;
}
