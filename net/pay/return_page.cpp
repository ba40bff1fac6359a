#include "net/pay/return_page.hpp"

#include <array>
#include <chrono>
#include <utility>

#include "protocol/crypto/digest.hpp"
#include "protocol/crypto/encoding.hpp"
#include "protocol/domain/reply_text.hpp"

namespace sellavie::net {
namespace {

using actors::customer_news;

constexpr std::chrono::milliseconds patience{12'000};

constexpr std::string_view look =
    "body{font:1.1rem/1.5 system-ui,sans-serif;margin:0;min-height:100vh;display:grid;place-items:center;"
    "color-scheme:light dark}main{max-width:26rem;padding:2rem;text-align:center}h1{font-size:1.5rem}";

struct words {
  std::string_view language;
  std::string_view paid;
  std::string_view waiting;
  std::string_view unknown;
  std::string_view paid_more;
  std::string_view waiting_more;
  std::string_view unknown_more;
};

constexpr std::array<words, 3> all_words{
    words{
        "en", "Payment received", "We are checking your payment", "Nothing is known of this payment",
        "Thank you. The shop writes to you in the chat; you can close this page.",
        "Some payments take a few minutes. You will hear in the chat when it has arrived; you can close this page. "
        "Please do not pay twice.",
        "Please go back to the chat and ask the shop for a new link."},
    words{
        "fr", "Paiement reçu", "Nous vérifions votre paiement", "Ce paiement est inconnu",
        "Merci. La boutique vous écrit dans la conversation ; vous pouvez fermer cette page.",
        "Certains paiements prennent quelques minutes. Vous serez prévenu dans la conversation ; vous pouvez fermer cette "
        "page. Merci de ne pas payer deux fois.",
        "Revenez à la conversation et demandez un nouveau lien à la boutique."},
    words{"pt", "Pagamento recebido", "Estamos a verificar o seu pagamento", "Este pagamento não é conhecido",
          "Obrigado. A loja escreve-lhe na conversa; pode fechar esta página.",
          "Alguns pagamentos demoram alguns minutos. Será avisado na conversa; pode fechar esta página. "
          "Por favor, não pague duas vezes.",
          "Volte à conversa e peça um novo link à loja."}};

/// By the first language that the browser names.
const words& words_for(std::string_view accept_language) {
  const auto first = accept_language.substr(0, accept_language.find_first_of(",; "));
  return all_words[static_cast<std::size_t>(parse_language(first))];
}

const std::string& policy() {
  static const std::string text =
      "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; "
      "style-src 'sha256-" +
      crypto::base64_encode(crypto::sha256(look)) + "'";
  return text;
}

std::string page(const words& in, std::string_view title, std::string_view text) {
  std::string html{"<!doctype html><html lang=\""};
  html.append(in.language)
      .append("\"><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
      .append(title)
      .append("</title><style>")
      .append(look)
      .append("</style><main><h1>")
      .append(title)
      .append("</h1><p>")
      .append(text)
      .append("</p></main></html>");
  return html;
}

void welcome(const pay_return_dependencies& with, request& asked, responder to) {
  const auto client = with.proxies.client_of(asked.peer_address, asked.joined_header("X-Forwarded-For"));
  if (const int wait = with.visits->take(client_key(client), std::chrono::steady_clock::now()); wait > 0) {
    auto told = problem_response(429, asked.request_id);
    told.headers.emplace_back("Retry-After", std::to_string(wait));
    return to.answer(std::move(told));
  }
  const std::string language{asked.header("Accept-Language").value_or("")};
  const auto shop = parse_uuid(asked.query_value("shop").value_or(""));
  const auto payment = asked.query_value("payment").value_or("");
  if (!shop || !parse_payment_reference(payment))
    return to.answer(pay_return_page(customer_news::nothing_known, language));
  const auto waiting = std::make_shared<responder>(std::move(to));
  caf::anon_send(with.worker, actors::customer_returned{business_id{*shop}, payment,
                                                        [waiting, language](customer_news news) {
                                                          waiting->answer(pay_return_page(news, language));
                                                        }});
}

}  // namespace

response pay_return_page(customer_news news, std::string_view accept_language) {
  const auto& in = words_for(accept_language);
  response answer{.headers = {{"Content-Security-Policy", policy()},
                              {"Cache-Control", "no-store"},
                              {"X-Robots-Tag", "noindex"}},
                  .content_type = "text/html; charset=utf-8"};
  switch (news) {
    case customer_news::paid: answer.body = page(in, in.paid, in.paid_more); break;
    case customer_news::waiting: answer.body = page(in, in.waiting, in.waiting_more); break;
    case customer_news::nothing_known: answer.body = page(in, in.unknown, in.unknown_more); break;
  }
  return answer;
}

void add_pay_return(router& routes, pay_return_dependencies dependencies) {
  const auto with = std::make_shared<const pay_return_dependencies>(std::move(dependencies));
  routes.add(http_method::get, pay_return_path,
             [with](request& asked, responder to) { welcome(*with, asked, std::move(to)); },
             {.answer_deadline = patience});
}

}  // namespace sellavie::net
