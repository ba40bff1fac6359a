#include "protocol/domain/reply_phrases.hpp"

namespace sellavie {
namespace {

constexpr reply_phrases english{
    .order_placed = "Your order {order} is reserved for you:",
    .order_existing = "You already have order {order}:",
    .order_settled = "Your order {order} is already settled:",
    .order_changed = "I have changed your order {order}. It now reads:",
    .order_cancelled = "Your order {order} is cancelled. Nothing is owed for it.",
    .checkout_started = "I am preparing the payment link for order {order}.",
    .checkout_ready = "Order {order}, total {total}.",
    .checkout_reminded = "Your order {order} is still waiting for your payment of {total}.",
    .checkout_failed =
        "I could not create a payment link for order {order} just now. Please ask again in a moment.",
    .invoice_issued = "Invoice {invoice} for order {order}: total {total}.",
    .payment_confirmed = "Your payment for order {order} has arrived. Thank you!",
    .payment_pending = "Your payment for order {order} has not arrived yet. Ask me again when you have paid.",
    .payment_failed = "The payment for order {order} did not go through. You can try again.",
    .payment_review = "A payment has arrived that a colleague needs to check first. We will get back to you.",
    .order_fulfilled = "Your order {order} is complete.",
    .order_refunded = "Your order {order} has been refunded.",
    .line = "- {quantity} × {product}: {amount}",
    .tax = "Tax: {tax}",
    .total = "Total: {total}",
    .pay_here = "Pay here: {url}",
    .read_here = "Read it here: {url}",
    .unknown_product = "I am sorry, we do not have \"{product}\" in our catalogue.",
    .sold_out = "I am sorry, {product} is sold out at the moment.",
    .too_few = "I am sorry, only {available} of {product} are available; you asked for {requested}.",
    .bad_quantity = "I am sorry, I cannot order that quantity of {product}. How many would you like?",
    .no_items = "Which products would you like to order?",
    .too_many_lines = "I am sorry, that is more than one order can hold. A colleague will help you.",
    .price_changed = "The price of {product} has just changed: it is now {price}. Would you still like it?",
    .total_out_of_range =
        "I am sorry, I cannot take an order of that amount here. A colleague will help you.",
    .no_open_order = "You have no open order at the moment.",
    .order_closed =
        "Order {order} is already settled, so I cannot change it. A colleague can help you with it.",
    .payment_link_out = "Order {order} is waiting for your payment. Shall I change or cancel it?",
    .try_again = "I am sorry, that did not work just now. Please try again in a moment.",
    .not_allowed = "I am sorry, I cannot do that here. A colleague will help you.",
    .payments_not_connected =
        "Online payment is not available here yet. A colleague will tell you how to pay.",
    .hand_over = "I am passing you to a colleague who will answer you here.",
    .safe_reply = "Thank you for your message. A colleague will answer you here shortly.",
    .late_apology = "I am sorry for the late answer.",
    .unreadable_media = "Thank you, I have received it. A colleague will look at it and answer you here.",
};

constexpr reply_phrases french{
    .order_placed = "Votre commande {order} est réservée :",
    .order_existing = "Vous avez déjà la commande {order} :",
    .order_settled = "Votre commande {order} est déjà réglée :",
    .order_changed = "J'ai modifié votre commande {order}. La voici :",
    .order_cancelled = "Votre commande {order} est annulée. Vous ne devez rien.",
    .checkout_started = "Je prépare le lien de paiement de la commande {order}.",
    .checkout_ready = "Commande {order}, total {total}.",
    .checkout_reminded = "Votre commande {order} attend encore votre paiement de {total}.",
    .checkout_failed =
        "Je n'ai pas pu créer le lien de paiement de la commande {order}. Redemandez-le dans un instant.",
    .invoice_issued = "Facture {invoice} de la commande {order} : total {total}.",
    .payment_confirmed = "Votre paiement de la commande {order} est bien arrivé. Merci !",
    .payment_pending =
        "Votre paiement de la commande {order} n'est pas encore arrivé. Redemandez-moi quand vous aurez payé.",
    .payment_failed = "Le paiement de la commande {order} n'a pas abouti. Vous pouvez réessayer.",
    .payment_review =
        "Un paiement est arrivé, qu'un collègue doit d'abord vérifier. Nous revenons vers vous.",
    .order_fulfilled = "Votre commande {order} est terminée.",
    .order_refunded = "Votre commande {order} a été remboursée.",
    .line = "- {quantity} × {product} : {amount}",
    .tax = "Taxe : {tax}",
    .total = "Total : {total}",
    .pay_here = "Payez ici : {url}",
    .read_here = "Elle se trouve ici : {url}",
    .unknown_product = "Désolé, nous n'avons pas « {product} » dans notre catalogue.",
    .sold_out = "Désolé, {product} est épuisé pour le moment.",
    .too_few = "Désolé, quantité disponible pour {product} : {available} ; vous en demandez {requested}.",
    .bad_quantity = "Désolé, je ne peux pas commander cette quantité de {product}. Combien en voulez-vous ?",
    .no_items = "Quels produits souhaitez-vous commander ?",
    .too_many_lines = "Désolé, c'est trop pour une seule commande. Un collègue va vous aider.",
    .price_changed =
        "Le prix de {product} vient de changer : il est maintenant de {price}. Le voulez-vous toujours ?",
    .total_out_of_range =
        "Désolé, je ne peux pas prendre ici une commande de ce montant. Un collègue va vous aider.",
    .no_open_order = "Vous n'avez pas de commande en cours.",
    .order_closed =
        "La commande {order} est déjà réglée, je ne peux plus la modifier. Un collègue peut vous aider.",
    .payment_link_out = "La commande {order} attend votre paiement. Voulez-vous la modifier ou l'annuler ?",
    .try_again = "Désolé, cela n'a pas fonctionné. Réessayez dans un instant.",
    .not_allowed = "Désolé, je ne peux pas faire cela ici. Un collègue va vous aider.",
    .payments_not_connected =
        "Le paiement en ligne n'est pas encore disponible. Un collègue vous dira comment payer.",
    .hand_over = "Je vous passe un collègue, qui vous répondra ici.",
    .safe_reply = "Merci pour votre message. Un collègue vous répondra ici sous peu.",
    .late_apology = "Désolé pour cette réponse tardive.",
    .unreadable_media = "Merci, c'est bien reçu. Un collègue va le regarder et vous répondra ici.",
};

constexpr reply_phrases portuguese{
    .order_placed = "A sua encomenda {order} está reservada:",
    .order_existing = "Já tem a encomenda {order}:",
    .order_settled = "A sua encomenda {order} já está paga:",
    .order_changed = "Alterei a sua encomenda {order}. Ficou assim:",
    .order_cancelled = "A sua encomenda {order} foi cancelada. Não deve nada por ela.",
    .checkout_started = "Estou a preparar o link de pagamento da encomenda {order}.",
    .checkout_ready = "Encomenda {order}, total {total}.",
    .checkout_reminded = "A sua encomenda {order} ainda espera o pagamento de {total}.",
    .checkout_failed =
        "Não consegui criar o link de pagamento da encomenda {order}. Peça de novo dentro de momentos.",
    .invoice_issued = "Fatura {invoice} da encomenda {order}: total {total}.",
    .payment_confirmed = "O seu pagamento da encomenda {order} chegou. Obrigado!",
    .payment_pending =
        "O seu pagamento da encomenda {order} ainda não chegou. Pergunte de novo quando tiver pago.",
    .payment_failed = "O pagamento da encomenda {order} não foi concluído. Pode tentar de novo.",
    .payment_review =
        "Chegou um pagamento que um colega precisa de verificar primeiro. Voltamos a contactar.",
    .order_fulfilled = "A sua encomenda {order} está concluída.",
    .order_refunded = "A sua encomenda {order} foi reembolsada.",
    .line = "- {quantity} × {product}: {amount}",
    .tax = "Imposto: {tax}",
    .total = "Total: {total}",
    .pay_here = "Pague aqui: {url}",
    .read_here = "Pode lê-la aqui: {url}",
    .unknown_product = "Lamento, não temos \"{product}\" no nosso catálogo.",
    .sold_out = "Lamento, {product} está esgotado de momento.",
    .too_few = "Lamento, quantidade disponível de {product}: {available}; pediu {requested}.",
    .bad_quantity = "Lamento, não posso encomendar essa quantidade de {product}. Quantos deseja?",
    .no_items = "Que produtos deseja encomendar?",
    .too_many_lines = "Lamento, é demasiado para uma só encomenda. Um colega vai ajudar.",
    .price_changed = "O preço de {product} acaba de mudar: agora é {price}. Ainda deseja?",
    .total_out_of_range = "Lamento, não posso aceitar aqui uma encomenda desse valor. Um colega vai ajudar.",
    .no_open_order = "Não tem nenhuma encomenda em aberto.",
    .order_closed = "A encomenda {order} já está paga, por isso não a posso alterar. Um colega pode ajudar.",
    .payment_link_out = "A encomenda {order} aguarda o seu pagamento. Quer alterá-la ou cancelá-la?",
    .try_again = "Lamento, não funcionou desta vez. Tente de novo dentro de momentos.",
    .not_allowed = "Lamento, não posso fazer isso aqui. Um colega vai ajudar.",
    .payments_not_connected = "O pagamento online ainda não está disponível. Um colega dirá como pagar.",
    .hand_over = "Vou passar a conversa a um colega, que responderá aqui.",
    .safe_reply = "Obrigado pela sua mensagem. Um colega responderá aqui em breve.",
    .late_apology = "Peço desculpa pela resposta tardia.",
    .unreadable_media = "Obrigado, já recebi. Um colega vai ver e responderá aqui.",
};

}  // namespace

const reply_phrases& phrases_in(reply_language language) noexcept {
  switch (language) {
    case reply_language::en: return english;
    case reply_language::fr: return french;
    case reply_language::pt: return portuguese;
  }
  return english;
}

}  // namespace sellavie
