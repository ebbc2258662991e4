# Слова страниц покупателя. Неразрывные пробелы стоят в тексте как есть (U+00A0).

## Рамка страницы
pay-title = Заказ № { $number } — { $shop }
pay-title-plain = Оплата заказа — { $shop }
pay-call = Позвонить
pay-call-shop = Позвонить в магазин
pay-skip = К оплате
pay-switch = English
pay-inn = ИНН { $inn }
pay-ogrn = ОГРН { $ogrn }
pay-terms = Условия возврата
pay-privacy = Как мы храним данные
pay-test = Тестовый режим
pay-test-more = Деньги не списываются, заказ не настоящий.
pay-stand = Учебный стенд
pay-stand-more = Всё понарошку: заказы, деньги и письма.
pay-onec-down = Учётная система магазина сейчас не отвечает. Платить можно: оплата сохранится и попадёт в учёт сама.
pay-offline = Нет связи. Проверим оплату, как только она появится.
pay-online = Связь есть, проверяем.

## Заказ
pay-order = Заказ
pay-order-from = от { $date }
pay-buyer = Покупатель: { $name }
pay-total = Итого
pay-sum-due = К оплате
pay-sum-total = Сумма заказа
pay-vat-rate = в том числе НДС { $rate } % — { $sum }
pay-vat-mixed = в том числе НДС — { $sum }
pay-vat-none = Без НДС
pay-paid-of = Оплачено { $paid } из { $total }. Осталось { $due }
pay-deadline = Оплатите до
pay-moscow = МСК
pay-lines = Состав заказа
pay-lines-count =
    { $count ->
        [one] { $count } позиция
        [few] { $count } позиции
       *[many] { $count } позиций
    }
pay-pickup = Самовывоз: { $place }
pay-delivery = Доставка
pay-at-desk = Номер на выдаче

## Способы оплаты
pay-how = Как вам удобно оплатить
pay-way-sbp = СБП
pay-way-card = Банковской картой
pay-way-invoice = Счёт для организации
pay-hint-sbp-phone = Откроется приложение вашего банка
pay-hint-sbp-desk = С телефона, без ввода карты
pay-hint-card = «Мир», Visa и Mastercard российских банков
pay-hint-invoice = PDF-счёт и перевод из банка
pay-off-down = Сейчас не работает
pay-off-limit = Для суммы до { $max }
pay-off-order = Для этого заказа недоступен
pay-button = Оплатить { $sum }
pay-button-invoice = Получить счёт
pay-provider = Платёж проходит на странице { $name }
pay-provider-bank = Платёж проходит на странице банка
pay-contact-label = Почта для чека
pay-contact-help = Кассовый чек придёт на этот адрес
pay-parts = Оплатить частично
pay-parts-label = Сумма, ₽
pay-parts-range = От { $min } до { $max }. Остальное можно оплатить позже по этой же ссылке.
pay-parts-sbp = Часть через СБП
pay-parts-card = Часть картой
pay-desk-1 = Наведите камеру телефона на QR-код
pay-desk-2 = Откроется эта же страница
pay-desk-3 = Подтвердите { $sum } в приложении банка
pay-desk-wait = Страница обновится сама

## Ошибки в полях
pay-error-email-empty = Напишите почту: на неё придёт кассовый чек
pay-error-mail-empty = Напишите почту: на неё придёт ссылка
pay-error-email = Проверьте адрес. Нужен вид «имя@почта.ru»
pay-error-email-unfinished = Адрес не закончен. Допишите, например, «.ru»
pay-error-contact-empty = Напишите почту или телефон
pay-error-contact = Проверьте почту или телефон. Например, «имя@почта.ru» или «+7 916 123-45-67»
pay-error-amount = Напишите сумму числом, например 5000 или 5 000,50
pay-error-amount-small = Меньше нельзя: самая маленькая часть — { $min }
pay-error-amount-large = Больше нельзя: к оплате осталось { $max }
pay-error-method = Выберите, как вам удобно оплатить

## Состояния
pay-partly-head = Оплачена часть
pay-changed-head = Магазин изменил заказ
pay-changed-text = Было { $was }, стало { $now }. Проверьте состав перед оплатой.
pay-changed-live-head = Заказ изменился во время оплаты
pay-changed-live-text = Было { $was }, стало { $now }. Если банк проведёт начатый платёж, деньги зачтутся в этот заказ.
pay-deferred-head = Платить можно позже
pay-deferred-text = Магазин дал отсрочку до { $date }. Оплатить можно и сейчас.
pay-debt-head = Заказ выдан, осталось оплатить
pay-debt-text = К оплате { $due }.
pay-down-card-head = Оплата картой не работает
pay-down-sbp-head = Оплата через СБП не работает
pay-down-all-head = Оплата временно не работает
pay-down-other-text = Мы уже знаем. Выберите другой способ — он работает.
pay-down-none-text = Мы уже знаем и чиним. Заказ сохранён, откройте эту страницу позже или позвоните в магазин.
pay-checking-head = Проверяем оплату в банке
pay-checking-text = Обычно это занимает до минуты. Страницу можно закрыть — результат сохранится.
pay-checking-resume = Ещё не платили? Вернитесь к оплате или начните заново.
pay-resume = Вернуться к оплате
pay-again = Начать заново
pay-window-head = Оплата идёт в другом окне
pay-window-text = Дождитесь результата здесь или продолжите оплату.
pay-window-minutes =
    Оплата этого заказа уже идёт в другом окне. Дождитесь результата или начните заново через { $count ->
        [one] { $count } минуту
        [few] { $count } минуты
       *[many] { $count } минут
    }.
pay-unknown-head = Ждём ответ банка
pay-unknown-text = Банк пока не сказал, прошёл ли платёж. Мы спрашиваем его сами; второй раз платить не нужно.
pay-check-now = Проверить сейчас
pay-checked-at = Проверили в
pay-paid-head = Оплачено { $sum }
pay-paid-when = { $date } ({ $zone }), { $kind }
pay-paid-day = { $date }, { $kind }
pay-kind-card = банковская карта
pay-kind-sbp = СБП
pay-kind-bank = банковский перевод
pay-kind-cash = в магазине
pay-kind-onec = учтена магазином
pay-over-head = Получено на { $sum } больше
pay-over-text = Вернём или зачтём в другой заказ — позвоните в магазин и выберите.
pay-over-auto = Оплата прошла дважды. Лишние { $sum } вернём автоматически до { $date }.
pay-settled-head = Оплата учтена магазином
pay-settled-text = Магазин отметил заказ оплаченным. Платить ничего не нужно.
pay-refused-funds-head = На карте не хватает денег
pay-refused-limit-head = Сумма больше лимита
pay-refused-limit-text = У этого способа есть предел на один платёж.
pay-refused-three-ds-head = Не подтверждён код из банка
pay-refused-three-ds-text = Код не введён или введён поздно.
pay-refused-bank-head = Банк не провёл платёж
pay-refused-bank-text = Причину знает только ваш банк.
pay-refused-card-head = Карта не подошла
pay-refused-card-text = Проверьте номер, срок и код или возьмите другую карту.
pay-refused-expired-head = Платёж не завершён вовремя
pay-refused-expired-text = Страница банка закрылась раньше оплаты.
pay-refused-fault-head = Платёжный сервис не ответил
pay-refused-fault-text = Мы уже знаем. Попробуйте другой способ или повторите позже.
pay-refused-when = Банк отказал в { $time }, деньги не списаны.
pay-refused-not-charged = Деньги не списаны.
pay-refused-waits = Заказ ждёт оплаты до { $date }.
pay-retry = Попробовать ещё раз
pay-retry-sum = Повторить оплату { $sum }
pay-repeat = Повторить
pay-other-card = Другая карта
pay-by-sbp = Оплатить через СБП
pay-by-card = Оплатить картой
pay-by-sbp-sum = Оплатить { $sum } через СБП
pay-by-card-sum = Оплатить { $sum } картой
pay-part-link = Оплатить часть суммы
pay-expired-head = Срок оплаты закончился
pay-expired-text = Заказ можно было оплатить до { $date }. Его ещё можно восстановить: цены и наличие проверит магазин.
pay-expired-paid = Мы получили { $paid }, эти деньги сохранены за заказом.
pay-expired-label = Почта или телефон для новой ссылки
pay-expired-button = Попросить новую ссылку
pay-asked-head = Просьба отправлена
pay-asked-text = Магазин проверит цены и наличие и пришлёт новую ссылку. Страницу можно закрыть.
pay-cancelled-head = Заказ отменён
pay-cancelled-text = Платить ничего не нужно. Если это ошибка, позвоните в магазин.
pay-cancelled-money-head = Заказ отменён, деньги вернём
pay-cancelled-money-text = Вернём { $sum } тем же способом, каким вы платили. Обычно это занимает 1⁠–⁠3 рабочих дня, иногда до 10. Обращаться никуда не нужно.
pay-refunding-head = Возврат оформлен
pay-refunding-text = Возвращаем { $sum } тем же способом, каким вы платили. Обычно деньги приходят за 1⁠–⁠3 рабочих дня, иногда до 10.
pay-refunded-head = Возвращено { $sum }
pay-refunded-text = Банк подтвердил возврат { $date }. На счёте деньги могут появиться чуть позже.
pay-closed-head = Оплата здесь недоступна
pay-closed-nothing = По этому заказу платить нечего.
pay-closed-currency = Заказ не в рублях. Магазин подскажет, как его оплатить.
pay-closed-receipt = Магазин уточняет состав заказа для чека. Позвоните, чтобы узнать, когда можно будет оплатить.
pay-closed-refund = По заказу был возврат. Магазин скажет, нужно ли доплачивать.
pay-invoice-head = Счёт выставлен, ждём перевод
pay-invoice-text = Счёт № { $number }. Перевод обычно приходит в течение рабочего дня.
pay-transfer-head = Перевод получен, сопоставляем
pay-transfer-text = Деньги пришли { $date }. Проверяем, к какому заказу они относятся: обычно до одного рабочего дня.

## Где мои деньги
pay-money-line = Где мои деньги
pay-money-line-refund = Где возврат
pay-step-confirmed = Вы подтвердили оплату
pay-step-bank-done = Банк списал деньги
pay-step-bank-now = Ждём ответ банка
pay-step-bank-todo = Ответ банка
pay-step-bank-failed = Банк отказал
pay-step-transfer-done = Перевод поступил
pay-step-transfer-todo = Поступление перевода
pay-step-cash-done = Магазин получил деньги
pay-step-shop-done = Магазин получил оплату
pay-step-shop-todo = Оплата в магазине
pay-step-receipt-done = Чек отправлен
pay-step-receipt-todo = Чек
pay-step-receipt-failed = Чек задерживается
pay-step-receipt-to = на { $to }
pay-step-receipt-will = придёт на { $to }
pay-step-receipt-open = открыть чек
pay-step-onec-done = Принято в 1С
pay-step-onec-todo = Запись в 1С
pay-step-onec-failed = Запись в 1С задерживается
pay-step-onec-number = документ № { $number }
pay-step-onec-late = Магазин уже разбирается, деньги учтены
pay-step-sum = { $sum }, { $kind }
pay-step-refund-asking = Магазин оформляет возврат
pay-step-refund-asked = Возврат оформлен
pay-step-refund-sent = Передан в банк
pay-step-refund-done = Банк вернул деньги
pay-step-refund-todo = Деньги на счёте
pay-step-refund-failed = Возврат задерживается
pay-state-done = готово
pay-state-now = сейчас
pay-state-todo = впереди
pay-state-failed = не вышло

## Действия
pay-tools = Ещё
pay-forward = Переслать тому, кто платит
pay-forward-subject = Оплата заказа в { $shop }
pay-forward-text = Ссылка на оплату заказа:
pay-copy-link = Скопировать ссылку
pay-copied = Скопировано
pay-copy-number = Скопировать номер заказа
pay-mail = Прислать ссылку мне
pay-mail-label = Ваша почта
pay-mail-help = Придёт одно письмо с этой ссылкой.
pay-mail-button = Отправить письмо
pay-mail-sent = Письмо отправлено на { $to }
pay-mail-soon = Ссылку только что отправляли. Попробуйте через 5 минут.
pay-print = Напечатать квитанцию
pay-show-qr = Показать QR этой страницы
pay-open-phone = Открыть на телефоне
pay-qr-alt = QR-код с адресом этой страницы
pay-qr-help = Наведите камеру телефона — откроется эта же страница.
pay-receipt-link = Кассовый чек
pay-invoice-link = Счёт, PDF

## Страницы без заказа
pay-missing-head = Такой ссылки нет
pay-missing-text = Проверьте адрес целиком или позвоните в магазин.
pay-busy-head = Слишком много запросов
pay-busy-text =
    Подождите { $count ->
        [one] { $count } секунду
        [few] { $count } секунды
       *[many] { $count } секунд
    } и откройте страницу ещё раз. С заказом и деньгами всё в порядке.
pay-trouble-head = Страница временно не открывается
pay-trouble-text = Мы уже чиним. Если вы платили, платёж не потеряется: откройте страницу через несколько минут.
pay-trouble-number = Номер для магазина: { $number }
pay-reload = Открыть ещё раз
pay-go-head = Переходим к оплате
pay-go-text = Страница оплаты откроется сама. Если этого не случилось, нажмите кнопку.
pay-go-button = Перейти к оплате
pay-go-back = Вернуться к заказу
