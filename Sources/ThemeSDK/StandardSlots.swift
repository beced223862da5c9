/// A slot that themes agree on, so that a plugin places the same filler on any theme.
public struct StandardSlot: Hashable, Sendable {
  /// Its name, dotted: what it is about, then the part, then the side.
  public let name: String
  /// What its fillers can read beside what every template can.
  public let context: [String]
  /// Where it stands, for plugin authors.
  public let about: String

  /// Every standard slot, in the order of the documentation. A theme that lacks one says so in its theme check.
  public static let all: [StandardSlot] = [
    .init(name: "head.end", context: [], about: "At the end of `<head>`: meta tags and styles. Prints no visible content."),
    .init(name: "body.start", context: [], about: "First in `<body>`, before the header: a notice for the whole site."),
    .init(name: "body.end", context: [], about: "Last in `<body>`: scripts and dialogs."),
    .init(name: "header", context: ["menus"], about: "The page's header; the theme's own header is its default filler."),
    .init(name: "main", context: [], about: "The page's content; the sections of the JSON template are its default fillers."),
    .init(name: "footer", context: ["menus"], about: "The page's footer; the theme's own footer is its default filler."),
    .init(name: "product.media.after", context: ["product"], about: "Below a product's pictures."),
    .init(name: "product.title.before", context: ["product"], about: "Above a product's title: a badge, a vendor."),
    .init(name: "product.title.after", context: ["product"], about: "Directly below a product's title."),
    .init(
      name: "product.price.after", context: ["product"], about: "Directly below a product's price: rating stars, a tax note."),
    .init(
      name: "product.form.before-submit", context: ["product"],
      about: "Inside the product form, above its button: a date picker, an engraving field."),
    .init(name: "product.form.after", context: ["product"], about: "Below the product form: delivery promises, wish list."),
    .init(name: "product.description.after", context: ["product"], about: "Below a product's description."),
    .init(name: "product.details", context: ["product"], about: "Among a product's details: a table row, an accordion panel."),
    .init(name: "product.main.after", context: ["product"], about: "Below a product's main part, full width: reviews."),
    .init(name: "collection.header.after", context: ["collection"], about: "Below a collection's title and description."),
    .init(name: "collection.grid.before", context: ["collection"], about: "Above a collection's products: a banner, a filter."),
    .init(name: "collection.grid.after", context: ["collection"], about: "Below a collection's products and its paging."),
    .init(name: "card.title.after", context: ["product"], about: "In a product card, below the title."),
    .init(name: "card.price.after", context: ["product"], about: "In a product card, below the price: rating stars."),
    .init(name: "search.results.before", context: ["search"], about: "Above the results of a search."),
    .init(name: "search.results.after", context: ["search"], about: "Below the results of a search."),
    .init(name: "page.content.after", context: ["page"], about: "Below the text of a page: a map, a contact form."),
    .init(name: "article.content.after", context: ["article"], about: "Below an article: its author, articles like it."),
    .init(name: "blog.list.after", context: ["blog"], about: "Below a blog's articles and its paging: a subscription."),
    .init(name: "cart.items.after", context: ["cart"], about: "Below the lines of the cart: a gift note, a delivery estimate."),
    .init(
      name: "cart.checkout.before", context: ["cart"],
      about: "Directly above the button that leads to the checkout: a note on returns."),
  ]

  static let names = all.map(\.name)
}
