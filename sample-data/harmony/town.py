"""The clean background: people, shops, employers, and other users of the mixer. None of it touches the theft."""

from book import DAY, HOUR, MINUTE, Dice, account, at, iso, names, units


class Town:
    """People, shops and employers who have nothing to do with the theft."""

    def __init__(self, book, binance, huobi):
        self.book, self.dice, self.exchanges = book, Dice("town"), (binance, huobi)
        self.people = [account(f"person {n:03}", "background: a person") for n in range(1, 171)]
        self.shops = [account(f"shop {n:02}", "background: a shop") for n in range(1, 25)]
        self.employers = [account(f"employer {n}", "background: pays salaries") for n in range(1, 5)]
        self.labelled = []
        self.staff = {e: self.people[12 * n:12 * n + 12] for n, e in enumerate(self.employers)}
        self.deposit = {}
        for n, holder in enumerate(self.people[:56] + self.shops):
            exchange = self.exchanges[n % 2]
            own = account(f"{exchange.name.lower()} deposit of {names[holder][0]}",
                          f"background: deposit account at {exchange.name}")
            self.deposit[holder] = (exchange, own)
            if n % 2 == 0 or n % 5 == 0:
                self.labelled.append((own, exchange.name))

    def live(self, first, last):
        """Fills every day from `first` to `last` with a handful of transactions."""
        actions = [self.withdraw] * 3 + [self.buy] * 5 + [self.give] * 3 + [self.cash_in] * 3 + [self.trade]
        day = at(first + " 00:00")
        while day <= at(last + " 00:00"):
            if iso(day)[8:10] == "01":
                self.pay_salaries(day)
            moments = sorted(self.dice.below(DAY - HOUR) for _ in range(self.dice.between(4, 7)))
            for moment in moments:
                self.dice.pick(actions)(day + HOUR + moment)
            day += DAY

    def withdraw(self, when, person=None):
        person = person or self.dice.pick(self.people)
        exchange = self.dice.pick(self.exchanges)
        if self.dice.below(3) == 0 and self.book.of(person) > units("0.05"):
            symbol = self.dice.pick(["USDT", "USDC"])
            self.book.send(when, exchange.hot, person, symbol, units(str(self.dice.between(150, 9000)), symbol))
        else:
            self.book.pay(when, exchange.hot, person, self.dice.between(250, 6000) * 10**15)

    def spend(self, when, sender, receiver, share):
        """Sends up to `share` percent of one balance; a sender without gas withdraws first."""
        if self.book.of(sender) < units("0.05"):
            return self.withdraw(when, sender)
        symbol = self.dice.pick([s for s in ("ETH", "USDT", "USDC") if self.book.of(sender, s) > 0])
        most = self.book.of(sender, symbol) * self.dice.between(1, share) // 100
        if symbol == "ETH":
            self.book.pay(when, sender, receiver, min(most, self.book.of(sender) - units("0.02")) // 10**12 * 10**12)
        else:
            self.book.send(when, sender, receiver, symbol, max(most // 10**4 * 10**4, 10**4))

    def buy(self, when):
        self.spend(when, self.dice.pick(self.people), self.dice.pick(self.shops), 12)

    def give(self, when):
        sender, receiver = self.dice.pick(self.people), self.dice.pick(self.people)
        if sender != receiver:
            self.spend(when, sender, receiver, 40)

    def cash_in(self, when):
        """A deposit, swept a few hours later; tokens wait until the hot wallet has sent gas."""
        holder = self.dice.pick(list(self.deposit))
        exchange, own = self.deposit[holder]
        before = {s: self.book.of(own, s) for s in ("ETH", "USDT", "USDC")}
        self.spend(when, holder, own, 90)
        delay = self.dice.between(25, 420) * MINUTE
        for symbol, old in before.items():
            if self.book.of(own, symbol) <= max(old, units("0.01") if symbol == "ETH" else 0):
                continue
            if symbol == "ETH":
                exchange.sweep(when + delay, own)
            else:
                exchange.sweep_token(when + delay, own, symbol)

    def trade(self, when):
        """A small swap at the pool that also serves the thief; it changes no figure of the theft."""
        person, router, pool = self.dice.pick(self.people), account("dex router"), account("dex pool")
        sold = self.book.of(person, "USDC") // 2 // 10**4 * 10**4
        if self.book.of(person) < units("0.05") or sold == 0:
            return self.withdraw(when, person)
        bought = sold * 10**12 * 7 // 10_000
        rows = [(person, pool, "USDC", sold, "token"), (pool, router, "ETH", bought, "internal"),
                (router, person, "ETH", bought, "internal")]
        self.book.call(when, person, router, rows, "swap")

    def pay_salaries(self, day):
        for n, employer in enumerate(self.employers):
            exchange = self.exchanges[n % 2]
            staff = self.staff[employer]
            self.book.pay(day + 5 * MINUTE, exchange.hot, employer, units("30"))
            if n >= 2:
                self.book.send(day + 9 * MINUTE, exchange.hot, employer, "USDC", units("60000", "USDC"))
            for m, person in enumerate(staff):
                when = day + (20 + m) * MINUTE
                if n < 2:
                    self.book.pay(when, employer, person, units("2") + self.dice.between(0, 400) * 10**15)
                else:
                    self.book.send(when, employer, person, "USDC", units(str(self.dice.between(2800, 4900)), "USDC"))


def other_notes(book):
    """Strangers use the mixer too: notes in, and notes out to fresh accounts through a relayer."""
    dice, tornado, binance = Dice("other notes"), account("tornado 100"), account("binance hot")
    relayer = account("relayer", "pays the fee of mixer withdrawals and keeps a part")
    book.pay(at("2022-06-10 08:00"), account("huobi hot"), relayer, units("5"))
    for n in range(1, 13):
        stranger = account(f"stranger {n:02}", "background: uses the mixer")
        when = at("2022-06-11 09:00") + n * 2 * DAY + dice.below(DAY)
        book.pay(when, binance, stranger, units("100.4"))
        book.pay(when + dice.between(2, 30) * HOUR, stranger, tornado, units("100"), gas="note")
    for n in range(1, 13):
        fresh = account(f"fresh {n:02}", "background: receives a note from the mixer")
        when = at("2022-06-14 09:00") + n * 2 * DAY + dice.below(DAY)
        kept = units("0.3") + dice.below(10**17)
        rows = [(tornado, fresh, "ETH", units("100") - kept, "internal"), (tornado, relayer, "ETH", kept, "internal")]
        book.call(when, relayer, tornado, rows, "bridge")
