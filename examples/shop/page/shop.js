// The three ways a server can talk on: events, a streamed body, and a WebSocket.

const feed = document.querySelector("#feed");
const product = document.querySelector("#product");
const exported = document.querySelector("#export");
const room = document.querySelector("#room");

const money = new Intl.NumberFormat("en", { style: "currency", currency: "EUR" });
const clock = (date) => new Date(date).toLocaleTimeString("en", { hour12: false });

/** Shows a word beside the title of a section; mood is "good", "wait", "bad" or nothing. */
function show(section, word, mood = "") {
  const state = section.querySelector(".state");
  state.textContent = word;
  state.dataset.mood = mood;
}

/** A list item of a bold word, a text and a small remark. */
function line(bold, text, remark) {
  const item = document.createElement("li");
  for (const [tag, content] of [["b", bold], ["span", text], ["small", remark]]) {
    const part = document.createElement(tag);
    part.textContent = content;
    item.append(part);
  }
  return item;
}

/** Adds a line at the end of a section's list, forgets the oldest, and scrolls down to it. */
function append(section, item) {
  const lines = section.querySelector(".lines");
  lines.append(item);
  if (lines.children.length > 200) lines.firstChild.remove();
  lines.scrollTop = lines.scrollHeight;
}

/** Sends JSON and gives the JSON back; an error carries what the server says. */
async function post(path, body, headers = {}) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const { detail } = answer;
  throw new Error(Array.isArray(detail) ? detail.map((fault) => fault.msg).join(", ") : detail);
}

// Live feed. The browser connects again by itself and sends the id of the last event it saw.

const descriptions = {
  "product.created": ["New", (item) => `${item.name} for ${money.format(item.price_cents / 100)}`],
  "product.changed": ["Changed", (item) => item.name],
  "product.deleted": ["Gone", (item) => item.name],
  "order.placed": ["Sold", (order) => `${order.quantity} × ${order.product_name}`],
};

const source = new EventSource("feed");
source.onopen = () => show(feed, "live", "good");
source.onerror = () => {
  const gone = source.readyState === EventSource.CLOSED;
  show(feed, gone ? "closed" : "reconnecting", gone ? "bad" : "wait");
};
for (const [name, [word, describe]] of Object.entries(descriptions)) {
  source.addEventListener(name, (event) => {
    append(feed, line(word, describe(JSON.parse(event.data)), clock(Date.now())));
  });
}
source.addEventListener("heartbeat", () => {
  const pulse = feed.querySelector(".pulse");
  pulse.classList.remove("beat");
  void pulse.offsetWidth; // restarts the animation
  pulse.classList.add("beat");
});

// New product

product.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const form = event.target;
  const { name, price, stock, key } = Object.fromEntries(new FormData(form));
  const fields = { name, price_cents: Math.round(price * 100), stock: Number(stock) };
  try {
    await post("products", fields, { "X-API-Key": key });
    show(product, "added", "good");
    form.elements.name.value = "";
  } catch (error) {
    show(product, error.message, "bad");
  }
});

// Export

/** The lines of a streamed response, each as soon as it is complete. */
async function* linesOf(response) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let { done, value } = await reader.read(); !done; { done, value } = await reader.read()) {
    const lines = (rest + value).split("\n");
    rest = lines.pop();
    yield* lines;
  }
}

function productLine(item) {
  const row = line(
    item.name, money.format(item.price_cents / 100), `${item.stock} in stock`,
  );
  const buy = document.createElement("button");
  buy.textContent = "Buy";
  buy.ariaLabel = `Buy ${item.name}`;
  buy.disabled = item.stock === 0;
  buy.addEventListener("click", async () => {
    try {
      await post("orders", { product_id: item.id });
      item.stock -= 1;
      row.querySelector("small").textContent = `${item.stock} in stock`;
      buy.disabled = item.stock === 0;
    } catch (error) {
      show(exported, error.message, "bad");
    }
  });
  row.append(buy);
  return row;
}

exported.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = event.target.querySelector("button");
  const pause = event.target.elements.slowly.checked ? 0.15 : 0;
  exported.querySelector(".lines").replaceChildren();
  button.disabled = true;
  let count = 0;
  try {
    const response = await fetch(`export/products?pause=${pause}`);
    if (!response.ok) throw new Error(response.statusText);
    for await (const text of linesOf(response)) {
      append(exported, productLine(JSON.parse(text)));
      count += 1;
      show(exported, `${count} so far`, "wait");
    }
    show(exported, `${count} products`, "good");
  } catch (error) {
    show(exported, `stopped after ${count}: ${error.message}`, "bad");
  }
  button.disabled = false;
});

// Room

const enter = room.querySelector(".enter");
const say = room.querySelector(".say");
let socket;

function connect(nickname) {
  show(room, "connecting", "wait");
  const address = new URL("room", location.href);
  address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  address.searchParams.set("nickname", nickname);
  socket = new WebSocket(address);
  let wasInside = false;
  socket.onopen = () => {
    wasInside = true;
    enter.hidden = true;
    say.hidden = false;
    say.elements.text.focus({ preventScroll: true });
    show(room, `inside as ${nickname}`, "good");
  };
  socket.onmessage = (event) => {
    const { kind, nickname: who, text, at } = JSON.parse(event.data);
    const item = line(who, kind === "said" ? text : kind, clock(at));
    item.classList.toggle("quiet", kind !== "said");
    append(room, item);
  };
  socket.onclose = () => {
    if (wasInside || !say.hidden) {
      show(room, "reconnecting", "wait");
      setTimeout(connect, 2000, nickname);
    } else {
      show(room, "not let in", "bad");
    }
  };
}

enter.addEventListener("submit", (event) => {
  event.preventDefault();
  connect(enter.elements.nickname.value);
});

say.addEventListener("submit", (event) => {
  event.preventDefault();
  if (socket.readyState !== WebSocket.OPEN) return;
  socket.send(say.elements.text.value);
  say.reset();
});
