import quotes


def main():
    print(quotes.QUOTE)
