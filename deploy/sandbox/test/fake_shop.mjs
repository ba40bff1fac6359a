// A shop of a hundred lines, just enough of a server for the smoke player to buy from. Not the product: it checks nothing and forgets all.

const price_minor = 1500000;
const catalogue = "- [A1] Ankara 6 yards: NGN 15,000.00 (20 in stock)";
const tools = ["place_order", "request_checkout", "check_payment"].map((name) => ({
  type: "function", function: { name, parameters: { type: "object", properties: {}, additionalProperties: true } },
}));

export function open_shop(sandbox_url, receiver) {
  const customers = new Map();
  receiver.on_body = (body) => {
    for (const entry of body.entry) {
      for (const item of entry.messaging ?? []) {
        if (item.message?.text && !item.message.is_echo) void turn(body.object === "page" ? "messenger" : "instagram", entry.id, item.sender.id, item.message.text);
      }
      for (const { value } of entry.changes ?? []) {
        for (const message of value.messages ?? []) void turn("whatsapp", value.metadata.phone_number_id, message.from, message.text.body);
      }
    }
  };

  async function turn(channel, account, id, text) {
    const customer = customers.get(id) ?? { channel, account, id, messages: [] };
    customers.set(id, customer);
    customer.messages.push({ role: "user", content: text });
    const open_order = customer.order ? `Open order: ${customer.order.quantity} x Ankara 6 yards` : "Open order: none";
    const { choices: [{ message }] } = await ask("/openai/v1/chat/completions", "k", {
      model: "m", tools, messages: [{ role: "system", content: `${catalogue}\n${open_order}` }, ...customer.messages],
    });
    const call = message.tool_calls?.[0].function;
    const done = call ? await act(customer, call.name, JSON.parse(call.arguments)) : "";
    const reply = [message.content, done].filter(Boolean).join("\n");
    customer.messages.push({ role: "assistant", content: reply });
    await send(customer, reply);
  }

  async function act(customer, name, input) {
    if (name === "place_order") {
      customer.order = { quantity: input.items[0].quantity, reference: `ord-${customer.id}` };
      return `Your order: NGN ${(customer.order.quantity * price_minor / 100).toLocaleString("en")}.00.`;
    }
    if (name === "request_checkout") {
      const { data } = await ask("/paystack/transaction/initialize", "sk_test_abc", { email: "a@b.co", amount: customer.order.quantity * price_minor, reference: customer.order.reference });
      return `Pay here: ${data.authorization_url}.`;
    }
    const { data } = await ask(`/paystack/transaction/verify/${customer.order.reference}`, "sk_test_abc");
    return data.status === "success" ? "Payment received, your order is confirmed." : "We have not received it yet.";
  }

  async function send({ channel, account, id }, text) {
    if (channel === "whatsapp") return ask(`/graph/v25.0/${account}/messages`, `sandbox-token-${account}`, { messaging_product: "whatsapp", to: id, type: "text", text: { body: text } });
    const base = channel === "instagram" ? "/instagram" : "/graph";
    return ask(`${base}/v25.0/me/messages`, `sandbox-token-${account}`, { recipient: { id }, message: { text } });
  }

  async function ask(path, token, body) {
    const response = await fetch(sandbox_url + path, {
      method: body ? "POST" : "GET",
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      body: body && JSON.stringify(body),
    });
    return response.json();
  }
}
