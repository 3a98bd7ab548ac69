import { render } from "preact";

import { App } from "./App";
import { connect } from "./live/state";
import { tick } from "./live/ticking";
import { follow } from "./router";

const root = document.getElementById("app");
if (root) {
  follow();
  tick();
  connect();
  render(<App />, root);
}
