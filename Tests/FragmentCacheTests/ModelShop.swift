// The model's truth: two shops' catalogues as a list of states, one for each commit. It knows nothing of tags but those that the
// events of its edits name.

struct Product: Hashable {
  var isPublished = true
  var list: Int
  var price: Int
  var saleAt: Int?
  var stock = 1

  func price(at time: Int) -> Int { saleAt.map { time < $0 ? price : 1 } ?? price }
}

struct Shop: Hashable {
  var products = [Product(list: 0, price: 5), Product(list: 0, price: 6), Product(isPublished: false, list: 1, price: 7)]
  var menu = 0
  var settings = 0
}

struct Resource: Hashable, CustomStringConvertible {
  enum Kind: Hashable {
    case product(Int)
    case list(Int)
    case menu
    case settings
  }

  let shop: Int
  let kind: Kind

  var name: String {
    switch kind {
    case .product(let number): "product:\(number)"
    case .list(let number): "list:\(number)"
    case .menu: "menu"
    case .settings: "settings"
    }
  }

  var description: String { "\(shop)/\(name)" }

  /// What a read of it answers. A list shows its cheapest product: price, number.
  func value(in shops: [Shop], at time: Int) -> [Int] {
    let shop = shops[self.shop]
    switch kind {
    case .menu: return [shop.menu]
    case .settings: return [shop.settings]
    case .product(let number):
      let product = shop.products[number]
      return product.isPublished ? [product.list, product.price(at: time), product.stock] : []
    case .list(let list):
      let shown = shop.products.indices.filter { shop.products[$0].isPublished && shop.products[$0].list == list }
      let first = shown.min { (shop.products[$0].price(at: time), $0) < (shop.products[$1].price(at: time), $1) }
      return first.map { [shop.products[$0].price(at: time), $0] } ?? []
    }
  }

  /// All of the state that may ever show through it.
  func dependency(in shops: [Shop]) -> [Product?] {
    let shop = shops[self.shop]
    switch kind {
    case .menu: return [Product(list: shop.menu, price: 0)]
    case .settings: return [Product(list: shop.settings, price: 0)]
    case .product(let number): return [shop.products[number].isPublished ? shop.products[number] : nil]
    case .list(let list):
      return shop.products.map { product in
        guard product.isPublished, product.list == list else { return nil }
        return Product(list: list, price: product.price, saleAt: product.saleAt)
      }
    }
  }

  /// When its value changes by time alone, for the whole list and not only the item shown.
  func boundary(in shops: [Shop], after time: Int) -> Int? {
    let products = shops[shop].products
    switch kind {
    case .menu, .settings: return nil
    case .product(let number): return products[number].saleAt.flatMap { $0 > time ? $0 : nil }
    case .list(let list): return products.filter { $0.list == list }.compactMap(\.saleAt).filter { $0 > time }.min()
    }
  }
}

enum Edit: Hashable {
  case price
  case sale
  case stock
  case publish
  case move
  case menu
  case settings

  static let all: [Edit] = [.price, .price, .stock, .publish, .move, .menu, .settings, .sale]

  /// - Returns: the names of the tags touched, before and after, and whether the change is hard.
  func apply(to shop: inout Shop, product number: Int, value: Int, now: Int) -> (tags: [String], isHard: Bool) {
    let before = shop.products[number].list
    switch self {
    case .price:
      shop.products[number].price = value
      return (["product:\(number)", "list:\(before)"], false)
    case .sale:
      shop.products[number].saleAt = now + 1 + value % 7
      return (["product:\(number)", "list:\(before)"], false)
    case .stock:
      shop.products[number].stock = value
      return (["product:\(number)"], true)
    case .publish:
      shop.products[number].isPublished.toggle()
      return (["product:\(number)", "list:\(before)"], !shop.products[number].isPublished)
    case .move:
      shop.products[number].list = 1 - before
      return (["product:\(number)", "list:0", "list:1"], false)
    case .menu:
      shop.menu += 1
      return (["menu"], false)
    case .settings:
      shop.settings += 1
      return (["settings"], false)
    }
  }
}
