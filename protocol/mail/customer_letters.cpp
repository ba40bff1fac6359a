#include "protocol/mail/customer_letters.hpp"

namespace sellavie::mail {
namespace {

struct phrases {
  std::string_view hello, news, invoice, credit_note, total, read_here, closing;
};

constexpr phrases english{
    .hello = "Hello,",
    .news = "News about your order",
    .invoice = "Invoice {number} for your order {order}",
    .credit_note = "Credit note {number} for your order {order}",
    .total = "Total: {total}",
    .read_here = "Read it here:",
    .closing =
        "You get this mail because this address was given for the order. If it was not you, ignore it. It was written by a "
        "program; nobody reads answers to it."};

constexpr phrases french{
    .hello = "Bonjour,",
    .news = "Des nouvelles de votre commande",
    .invoice = "Facture {number} de votre commande {order}",
    .credit_note = "Avoir {number} de votre commande {order}",
    .total = "Total : {total}",
    .read_here = "Consultez le document ici :",
    .closing =
        "Vous recevez ce message parce que cette adresse a été donnée pour la commande. Si ce n'était pas vous, ignorez-le. Il a "
        "été écrit par un programme ; personne ne lit les réponses."};

constexpr phrases portuguese{
    .hello = "Olá,",
    .news = "Novidades sobre a sua encomenda",
    .invoice = "Fatura {number} da sua encomenda {order}",
    .credit_note = "Nota de crédito {number} da sua encomenda {order}",
    .total = "Total: {total}",
    .read_here = "Leia aqui:",
    .closing =
        "Recebe esta mensagem porque este endereço foi indicado para a encomenda. Se não foi você, ignore-a. Foi escrita por um "
        "programa; ninguém lê as respostas."};

const phrases& phrases_in(reply_language language) noexcept {
  switch (language) {
    case reply_language::en: break;
    case reply_language::fr: return french;
    case reply_language::pt: return portuguese;
  }
  return english;
}

std::string filled(std::string_view pattern, std::string_view name, std::string_view value) {
  std::string text{pattern};
  const auto mark = '{' + std::string{name} + '}';
  if (const auto at = text.find(mark); at != std::string::npos) text.replace(at, mark.size(), value);
  return text;
}

}  // namespace

letter order_news(std::string_view text, reply_language language) {
  const auto& words = phrases_in(language);
  return {"order_news", std::string{words.news},
          std::string{words.hello} + "\n\n" + std::string{text} + "\n\n" + std::string{words.closing} + '\n'};
}

letter document_issued(const invoice& document, std::string_view url, reply_language language) {
  const auto& words = phrases_in(language);
  const bool is_note = document.kind == invoice_kind::credit_note;
  auto subject = filled(is_note ? words.credit_note : words.invoice, "number", document.formatted_number);
  subject = filled(subject, "order", order_label(document.order_number));
  std::string text = std::string{words.hello} + "\n\n" + subject + ".\n" +
                     filled(words.total, "total", format_money(document.total)) + "\n\n" +
                     std::string{words.read_here} + "\n\n" + std::string{url} + "\n\n" +
                     std::string{words.closing} + '\n';
  return {is_note ? "credit_note" : "invoice", std::move(subject), std::move(text)};
}

}  // namespace sellavie::mail
