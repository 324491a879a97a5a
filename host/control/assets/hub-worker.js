// A SharedWorker: all tabs of this page share its two streams, since browsers open six connections to a host and no more.
import { Streams } from "./hub-core.js";

const streams = new Streams();

self.addEventListener("connect", (event) => {
  const port = event.ports[0];
  port.addEventListener("message", (message) => streams.receive(port, message.data));
  port.start();
});
