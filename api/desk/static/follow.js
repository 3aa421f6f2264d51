// Live: what colleagues do shows at once, and the list never moves: new cases are counted, and wait to be asked for.

export function follow({ me, claimed, released, closed, opened, known }) {
  const fresh = document.querySelector("#fresh");
  const waiting = new Set();
  const source = new EventSource("/v1/stream");

  function count() {
    fresh.hidden = !waiting.size;
    fresh.textContent = `${waiting.size} new`;
  }

  function on(name, act) {
    source.addEventListener(name, (event) => {
      const said = JSON.parse(event.data);
      act(said.case_id, said.by);
    });
  }

  on("case.claimed", claimed);
  on("case.released", released);
  on("case.closed", (id, name) => {
    waiting.delete(id);
    count();
    closed(id, name);
  });
  on("case.opened", (id) => {
    if (known(id)) return opened(id);
    waiting.add(id);
    count();
  });
  fresh.addEventListener("click", () => location.assign(`/desk/queue?${document.querySelector("main.desk").dataset.query}`));
  addEventListener("pagehide", () => source.close());
}
