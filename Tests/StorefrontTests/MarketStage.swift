import CoreAPIClient
import EventLoop
import FoundationEssentials
import ReferenceCoreAPI
import Tenancy

@testable import Storefront

/// The catalogue in the words and at the prices of whoever asks: every text ends with the market's language, every price is so many
/// times the catalogue's.
struct MarketedCoreAPI: CoreAPI {
  let behind: ReferenceCatalog
  var facets: [Facet] = []

  static let rates = ["EUR": 1, "RON": 5, "BDT": 120]

  /// The market's addresses with the catalogue's own words and prices.
  private func base(_ market: Market) -> Market {
    Market(of: market.tenant, locale: "en", currency: "EUR", routes: market.routes)
  }

  private func worded(_ text: String, _ market: Market) -> String { "\(text) ~\(market.locale)" }
  private func priced(_ money: Money, _ market: Market) -> Money {
    Money(money.amount * Decimal(Self.rates[market.currency]!), market.currency)
  }
  private func product(_ product: Product, _ market: Market) -> Product {
    var product = product
    product.title = worded(product.title, market)
    product.price = priced(product.price, market)
    for index in product.variants.indices { product.variants[index].price = priced(product.variants[index].price, market) }
    return product
  }
  private func collection(_ collection: CoreAPIClient.Collection, _ market: Market) -> CoreAPIClient.Collection {
    var collection = collection
    collection.title = worded(collection.title, market)
    return collection
  }

  func site(_ market: Market) async throws(CoreAPIError) -> Answer<Site> {
    var answer = try await behind.site(base(market))
    answer.value.name = worded(answer.value.name, market)
    return answer
  }
  func product(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Product?> {
    var answer = try await behind.product(handle, in: base(market))
    answer.value = answer.value.map { product($0, market) }
    return answer
  }
  func products(_ query: ProductQuery, in market: Market) async throws(CoreAPIError) -> Answer<Page<Product>> {
    var answer = try await behind.products(query, in: base(market))
    answer.value.items = answer.value.items.map { product($0, market) }
    if query.withFacets { answer.value.facets = facets }
    return answer
  }
  func collection(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<CoreAPIClient.Collection?> {
    var answer = try await behind.collection(handle, in: base(market))
    answer.value = answer.value.map { collection($0, market) }
    return answer
  }
  func collections(in market: Market) async throws(CoreAPIError) -> Answer<[CoreAPIClient.Collection]> {
    var answer = try await behind.collections(in: base(market))
    answer.value = answer.value.map { collection($0, market) }
    return answer
  }
  func menu(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Menu?> {
    var answer = try await behind.menu(handle, in: base(market))
    if let items = answer.value?.items {
      answer.value?.items = items.map { Menu.Item(title: worded($0.title, market), url: $0.url, items: $0.items) }
    }
    return answer
  }
  func contentPage(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<ContentPage?> {
    var answer = try await behind.contentPage(handle, in: base(market))
    if let page = answer.value { answer.value?.title = worded(page.title, market) }
    return answer
  }
  func blog(_ handle: String, in market: Market) async throws(CoreAPIError) -> Answer<Blog?> {
    var answer = try await behind.blog(handle, in: base(market))
    if let blog = answer.value { answer.value?.title = worded(blog.title, market) }
    return answer
  }
  func articles(of blog: String, page: Int, size: Int, in market: Market) async throws(CoreAPIError) -> Answer<Page<Article>> {
    var answer = try await behind.articles(of: blog, page: page, size: size, in: base(market))
    for index in answer.value.items.indices {
      answer.value.items[index].title = worded(answer.value.items[index].title, market)
      answer.value.items[index].locate(in: market)
    }
    return answer
  }
  func article(_ handle: String, of blog: String, in market: Market) async throws(CoreAPIError) -> Answer<Article?> {
    var answer = try await behind.article(handle, of: blog, in: base(market))
    if let article = answer.value { answer.value?.title = worded(article.title, market) }
    return answer
  }
  func redirect(from path: String, in market: Market) async throws(CoreAPIError) -> Answer<Redirect?> {
    try await behind.redirect(from: path, in: base(market))
  }
  func sitemapEntries(in market: Market) async throws(CoreAPIError) -> Answer<[SitemapEntry]> {
    try await behind.sitemapEntries(in: base(market))
  }
}

/// A shop in four markets: English at the root, German with words of its own, Romanian, and English again in another currency.
enum MarketStage {
  static let tenants = """
    {"platform_domain":"shops.example","tenants":[
     {"id":"one","name":"One","theme":"plain","plugins":["extra"],"domains":["one.example"],"markets":[
       {"locale":"de","routes":{"products":["produkte","artikel"],"collections":"kollektionen","search":"suche","pages":"seiten","blogs":"magazin","cart":"warenkorb"}},
       {"locale":"ro","currency":"RON","routes":{"products":"produse"}},
       {"locale":"en","currency":"BDT","path":"bd"}]},
     {"id":"two","name":"Two","theme":"plain"}]}
    """

  static let catalogue = Stage.catalogue("one").replacing(
    #""products":["#,
    with: #"""
      "pages":[{"id":"g1","handle":"about","title":"About","bodyHTML":"<p><a href=\"/products/linen\">coat</a> <a href=\"/pages/about\">us</a></p>","updatedAt":"2026-01-01T00:00:00Z"}],
      "blogs":[{"id":"b1","handle":"journal","title":"Journal"}],
      "articles":[{"id":"a1","blog":"journal","handle":"first","title":"First","bodyHTML":"<p><a href=\"/collections/shirts\">all</a></p>","author":"Ada","publishedAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z"}],
      "products":[
      {"id":"p3","handle":"kürbis","title":"Kürbis","collections":["bags"],"price":"3.00",
       "descriptionHTML":"<p>See <a href=\"/products/linen?variant=v2&amp;x=1#top\">this</a>, <a href=\"/media/size.pdf\">that</a>, <a href=\"https://else.example/products/linen\">more</a></p>"},
      """#)

  static let files: [String: String] = {
    var files = ["tenants.json": tenants]
    let head =
      "{{ page_title }}|{{ localization.language.iso_code }} {{ localization.language.currency }}|{{ canonical_url }}{% for language in localization.available_languages %}<link hreflang=\"{{ language.iso_code }}\" href=\"{{ language.url }}\"{% if language.selected %} selected{% endif %}>{% endfor %}{% for language in localization.alternate_languages %}[{{ language.iso_code }} {{ language.url }}]{% endfor %}"
    files["Themes/plain/layout/theme.liquid"] =
      "<html lang=\"{{ request.locale }}\"><head>\(head){{ content_for_header }}</head><body>{% slot 'header' %}{{ content_for_layout }}</body></html>"
    files["Themes/plain/sections/header.liquid"] =
      "<header><a href=\"{{ routes.root_url }}\">{{ shop.name }}</a><a href=\"{{ routes.cart_url }}\">c</a>{% for item in menus['main'].items %}<a href=\"{{ item.url }}\">{{ item.title }}</a>{% endfor %}</header>{% schema %}{\"name\":\"Header\",\"cache\":{\"ttl\":600,\"vary\":[]}}{% endschema %}"
    files["Themes/plain/sections/product.liquid"] =
      "<h1>{{ product.title }}</h1>{{ product.url }} {{ product.price | money }}<div>{{ product.description }}</div>{% slot 'product.price.after' %}{% for collection in product.collections %}<a href=\"{{ collection.url }}\">{{ collection.title }}</a>{% endfor %}{% for other in recommendations.products %}<a href=\"{{ other.url }}\">{{ other.title }}</a>{% endfor %}{% schema %}{\"name\":\"P\"}{% endschema %}"
    files["Themes/plain/sections/collection.liquid"] =
      "<h1>{{ collection.title }}</h1>{{ collection.url }}{% for product in collection.products %}<a href=\"{{ product.url }}\">{{ product.title }} {{ product.price | money }}</a>{% slot 'card.price.after', product: product.handle %}{% endfor %}{% schema %}{\"name\":\"C\"}{% endschema %}"
    files["Themes/plain/sections/search.liquid"] =
      "<h1>{{ search.terms }}</h1>{% for product in search.results %}<a href=\"{{ product.url }}\">{{ product.title }} {{ product.price | money }}</a>{% endfor %}{% schema %}{\"name\":\"S\"}{% endschema %}"
    files["Themes/plain/templates/page.liquid"] = "<h1>{{ page.title }}</h1>{{ page.url }}{{ page.content }}"
    files["Themes/plain/templates/blog.liquid"] =
      "<h1>{{ blog.title }}</h1>{{ blog.url }}{% for article in blog.articles %}<a href=\"{{ article.url }}\">{{ article.title }}</a>{% endfor %}"
    files["Themes/plain/templates/article.liquid"] = "<h1>{{ article.title }}</h1>{{ article.url }}{{ article.content }}"
    files["Themes/plain/templates/cart.liquid"] =
      "{% for item in cart.items %}<a href=\"{{ item.url }}\">{{ item.title }} {{ item.price | money }}</a>{% endfor %}{{ cart.total_price | money }}"
    return files
  }()

  @LoopActor static func stage(_ more: [String: String] = [:], facets: [Facet] = []) throws -> Stage {
    let stage = try Stage(files.merging(more) { $1 }) { MarketedCoreAPI(behind: $0, facets: facets) }
    stage.catalog.load(tenant: try TenantID("one"), from: try CatalogFile(json: Data(catalogue.utf8), file: "one"))
    return stage
  }
}
