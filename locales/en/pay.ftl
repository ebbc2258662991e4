# Words of the customer's pages. Non-breaking spaces stand in the text as they are (U+00A0).

## The frame
pay-title = Order { $number } — { $shop }
pay-title-plain = Order payment — { $shop }
pay-call = Call
pay-call-shop = Call the shop
pay-skip = Skip to payment
pay-switch = Русский
pay-inn = INN { $inn }
pay-ogrn = OGRN { $ogrn }
pay-terms = Return policy
pay-privacy = How we keep your data
pay-test = Test mode
pay-test-more = No money is charged, the order is not real.
pay-stand = Training stand
pay-stand-more = Everything here is pretend: orders, money and mail.
pay-onec-down = The shop’s accounting system is not answering right now. You can pay: the payment is kept and will be recorded by itself.
pay-offline = No connection. We will check the payment as soon as it is back.
pay-online = Connected again, checking.

## The order
pay-order = Order
pay-order-from = of { $date }
pay-buyer = Buyer: { $name }
pay-total = Total
pay-sum-due = To pay
pay-sum-total = Order total
pay-vat-rate = including VAT { $rate } % — { $sum }
pay-vat-mixed = including VAT — { $sum }
pay-vat-none = No VAT
pay-paid-of = { $paid } of { $total } paid. { $due } left
pay-deadline = Pay by
pay-moscow = Moscow time
pay-lines = What is in the order
pay-lines-count =
    { $count ->
        [one] { $count } item
       *[other] { $count } items
    }
pay-pickup = Pick up: { $place }
pay-delivery = Delivery
pay-at-desk = Number at the desk

## Ways to pay
pay-how = How would you like to pay
pay-way-sbp = SBP (Faster Payments System)
pay-way-card = Bank card
pay-way-invoice = Invoice for a company
pay-hint-sbp-phone = Your bank’s app will open
pay-hint-sbp-desk = From your phone, no card number needed
pay-hint-card = Mir, Visa and Mastercard of Russian banks
pay-hint-invoice = PDF invoice and a bank transfer
pay-off-down = Not working right now
pay-off-limit = For sums up to { $max }
pay-off-order = Not available for this order
pay-button = Pay { $sum }
pay-button-invoice = Get the invoice
pay-provider = You will pay on { $name }’s page
pay-provider-bank = You will pay on the bank’s page
pay-contact-label = E-mail for the receipt
pay-contact-help = The fiscal receipt will come to this address
pay-parts = Pay a part
pay-parts-label = Sum, ₽
pay-parts-range = From { $min } to { $max }. You can pay the rest later by this same link.
pay-parts-sbp = Part by SBP
pay-parts-card = Part by card
pay-desk-1 = Point your phone’s camera at the QR code
pay-desk-2 = This same page will open
pay-desk-3 = Confirm { $sum } in your bank’s app
pay-desk-wait = This page updates by itself

## Errors in fields
pay-error-email-empty = Enter an e-mail: the receipt will be sent there
pay-error-mail-empty = Type an e-mail address for the link
pay-error-email = Check the address. It should look like name@mail.com
pay-error-email-unfinished = The address is not finished. Add, for example, “.com”
pay-error-contact-empty = Enter an e-mail or a phone number
pay-error-contact = Check the e-mail or phone. For example, name@mail.com or +7 916 123-45-67
pay-error-amount = Enter the sum as a number, for example 5000 or 5 000,50
pay-error-amount-small = Too little: the smallest part is { $min }
pay-error-amount-large = Too much: { $max } is left to pay
pay-error-method = Choose how you would like to pay

## States
pay-partly-head = A part is paid
pay-changed-head = The shop changed the order
pay-changed-text = It was { $was }, now it is { $now }. Check what is in it before paying.
pay-changed-live-head = The order changed during payment
pay-changed-live-text = It was { $was }, now it is { $now }. If the bank completes the payment you began, the money counts for this order.
pay-deferred-head = You may pay later
pay-deferred-text = The shop lets you pay until { $date }. You can pay now as well.
pay-debt-head = Handed over, not fully paid
pay-debt-text = { $due } is left to pay.
pay-down-card-head = Card payment is not working
pay-down-sbp-head = SBP payment is not working
pay-down-all-head = Payment is not working now
pay-down-other-text = We already know. Choose another way, it works.
pay-down-none-text = We already know and are on it. The order is kept: open this page later or call the shop.
pay-checking-head = Checking with the bank
pay-checking-text = It usually takes up to a minute. You can close this page, the result is kept.
pay-checking-resume = Have not paid yet? Return to the payment or start again.
pay-resume = Return to the payment
pay-again = Start again
pay-window-head = Being paid in another window
pay-window-text = Wait for the result here or continue the payment.
pay-window-minutes =
    This order is being paid in another window. Wait for the result or start again in { $count ->
        [one] { $count } minute
       *[other] { $count } minutes
    }.
pay-unknown-head = Waiting for the bank
pay-unknown-text = The bank has not said yet whether the payment went through. We keep asking; do not pay a second time.
pay-check-now = Check now
pay-checked-at = Checked at
pay-paid-head = { $sum } paid
pay-paid-when = { $date } ({ $zone }), { $kind }
pay-paid-day = { $date }, { $kind }
pay-kind-card = bank card
pay-kind-sbp = SBP
pay-kind-bank = bank transfer
pay-kind-cash = in the shop
pay-kind-onec = recorded by the shop
pay-over-head = { $sum } too much received
pay-over-text = We will return it or count it for another order: call the shop and choose.
pay-over-auto = The payment went through twice. The extra { $sum } will be returned automatically by { $date }.
pay-settled-head = Recorded as paid
pay-settled-text = The shop marked the order as paid. There is nothing to pay.
pay-refused-funds-head = Not enough money on the card
pay-refused-limit-head = The sum is over the limit
pay-refused-limit-text = This way of paying has a limit for one payment.
pay-refused-three-ds-head = The bank’s code was not confirmed
pay-refused-three-ds-text = The code was not entered or came too late.
pay-refused-bank-head = The bank declined the payment
pay-refused-bank-text = Only your bank knows the reason.
pay-refused-card-head = The card was not accepted
pay-refused-card-text = Check its number, date and code, or take another card.
pay-refused-expired-head = The payment was not finished
pay-refused-expired-text = The bank’s page closed before you paid.
pay-refused-fault-head = The payment service did not answer
pay-refused-fault-text = We already know. Try another way or repeat later.
pay-refused-when = The bank declined at { $time }, no money was charged.
pay-refused-not-charged = No money was charged.
pay-refused-waits = The order can be paid until { $date }.
pay-retry = Try again
pay-retry-sum = Try again: pay { $sum }
pay-repeat = Repeat
pay-other-card = Another card
pay-by-sbp = Pay by SBP
pay-by-card = Pay by card
pay-by-sbp-sum = Pay { $sum } by SBP
pay-by-card-sum = Pay { $sum } by card
pay-part-link = Pay a part
pay-expired-head = The time to pay is over
pay-expired-text = The order could be paid until { $date }. It can still be restored: the shop will check prices and stock.
pay-expired-paid = We received { $paid }; this money is kept for the order.
pay-expired-label = E-mail or phone for a new link
pay-expired-button = Ask for a new link
pay-asked-head = The request is sent
pay-asked-text = The shop will check prices and stock and send a new link. You can close this page.
pay-cancelled-head = The order is cancelled
pay-cancelled-text = There is nothing to pay. If this is a mistake, call the shop.
pay-cancelled-money-head = Cancelled, money on its way back
pay-cancelled-money-text = We will return { $sum } the same way you paid. It usually takes 1⁠–⁠3 business days, sometimes up to 10. You do not need to ask.
pay-refunding-head = The refund is on its way
pay-refunding-text = We are returning { $sum } the same way you paid. It usually takes 1⁠–⁠3 business days, sometimes up to 10.
pay-refunded-head = { $sum } returned
pay-refunded-text = The bank confirmed the refund on { $date }. It may show in your account a little later.
pay-closed-head = Cannot be paid here
pay-closed-nothing = There is nothing to pay for this order.
pay-closed-currency = The order is not in roubles. The shop will tell you how to pay it.
pay-closed-receipt = The shop is checking the order’s lines for the receipt. Call to learn when it can be paid.
pay-closed-refund = This order had a refund. The shop will say if anything is left to pay.
pay-invoice-head = Invoice issued, awaiting transfer
pay-invoice-text = Invoice { $number }. A transfer usually arrives within a business day.
pay-transfer-head = Transfer received, being matched
pay-transfer-text = The money came on { $date }. We are checking which order it is for: usually up to one business day.

## Where the money is
pay-money-line = Where my money is
pay-money-line-refund = Where the refund is
pay-step-confirmed = You confirmed the payment
pay-step-bank-done = The bank charged the money
pay-step-bank-now = Waiting for the bank
pay-step-bank-todo = The bank’s answer
pay-step-bank-failed = The bank declined
pay-step-transfer-done = The transfer arrived
pay-step-transfer-todo = The transfer arrives
pay-step-cash-done = The shop received the money
pay-step-shop-done = The shop received the payment
pay-step-shop-todo = The shop receives the payment
pay-step-receipt-done = Receipt sent
pay-step-receipt-todo = Receipt
pay-step-receipt-failed = The receipt is delayed
pay-step-receipt-to = to { $to }
pay-step-receipt-will = will come to { $to }
pay-step-receipt-open = open the receipt
pay-step-onec-done = Entered in the shop’s books
pay-step-onec-todo = Entry in the shop’s books
pay-step-onec-failed = The entry in the books is delayed
pay-step-onec-number = document No. { $number }
pay-step-onec-late = The shop is on it, the money is counted
pay-step-sum = { $sum }, { $kind }
pay-step-refund-asking = The shop is arranging the refund
pay-step-refund-asked = Refund registered
pay-step-refund-sent = Sent to the bank
pay-step-refund-done = The bank returned the money
pay-step-refund-todo = Money in your account
pay-step-refund-failed = The refund is delayed
pay-state-done = done
pay-state-now = now
pay-state-todo = ahead
pay-state-failed = failed

## Things to do
pay-tools = More
pay-forward = Forward to the person who pays
pay-forward-subject = Payment of an order at { $shop }
pay-forward-text = Link to pay the order:
pay-copy-link = Copy the link
pay-copied = Copied
pay-copy-number = Copy the order number
pay-mail = Send the link to me
pay-mail-label = Your e-mail
pay-mail-help = One letter with this link will come.
pay-mail-button = Send the letter
pay-mail-sent = The letter is on its way to { $to }
pay-mail-soon = The link was sent a moment ago. Try again in 5 minutes.
pay-print = Print a payment slip
pay-show-qr = Show this page’s QR code
pay-open-phone = Open on your phone
pay-qr-alt = QR code with the address of this page
pay-qr-help = Point your phone’s camera at it and this same page opens.
pay-receipt-link = Fiscal receipt
pay-invoice-link = Invoice, PDF

## Pages without an order
pay-missing-head = There is no such link
pay-missing-text = Check the whole address or call the shop.
pay-busy-head = Too many requests
pay-busy-text =
    Wait { $count ->
        [one] { $count } second
       *[other] { $count } seconds
    } and open the page again. Your order and money are fine.
pay-trouble-head = The page cannot be opened now
pay-trouble-text = We are on it. If you have paid, the payment is not lost: open the page in a few minutes.
pay-trouble-number = Number for the shop: { $number }
pay-reload = Open again
pay-go-head = Taking you to the payment
pay-go-text = The payment page will open by itself. If it does not, press the button.
pay-go-button = Go to the payment
pay-go-back = Back to the order
