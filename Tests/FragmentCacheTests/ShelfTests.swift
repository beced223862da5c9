import Tenancy
import Testing

@testable import FragmentCache

@Suite struct ShelfTests {
  let shop: TenantID

  init() throws { shop = try TenantID("shop") }

  func key(_ number: Int) -> FragmentKey { FragmentKey(shop, "\(number)") }

  func keep(_ number: Int, _ shelf: inout Shelf<Int>, cost: Int) {
    let isKept = shelf.insert(number, for: key(number), cost: cost)
    #expect(isKept)
  }

  @Test func whatIsUsedOutlivesWhatIsNot() {
    var shelf = Shelf<Int>(capacity: 100)
    for number in 0..<10 { keep(number, &shelf, cost: 10) }
    for number in [0, 3] { shelf.mark(shelf.place(of: key(number))!) }
    for number in 10..<18 { keep(number, &shelf, cost: 10) }
    #expect(shelf.place(of: key(0)) != nil)
    #expect(shelf.place(of: key(3)) != nil)
    #expect(shelf.place(of: key(1)) == nil)
    #expect(shelf.cost == 100)
  }

  @Test func whatIsTooBigIsNotKept() {
    var shelf = Shelf<Int>(capacity: 100)
    keep(1, &shelf, cost: 10)
    let isKept = shelf.insert(2, for: key(1), cost: 13)
    #expect(!isKept)
    #expect(shelf.place(of: key(1)) == nil)
    #expect(shelf.cost == 0)
  }

  /// Against a dictionary of what was inserted last: nothing else is found, the cost is the sum, the bound holds.
  @Test(arguments: 1...40) func agreesWithItself(seed: Int) {
    var random = SeededGenerator(seed: seed)
    var shelf = Shelf<Int>(capacity: 1000)
    var truth: [Int: (value: Int, cost: Int)] = [:]
    for step in 0..<2000 {
      let number = random.below(60)
      switch random.below(4) {
      case 0:
        shelf.remove(key(number))
        truth[number] = nil
      case 1:
        if let place = shelf.place(of: key(number)) { shelf.mark(place) }
      default:
        let cost = 1 + random.below(140)
        let isKept = shelf.insert(step, for: key(number), cost: cost)
        #expect(isKept == (cost <= 125))
        truth[number] = isKept ? (step, cost) : nil
      }
      var sum = 0
      for (number, kept) in truth {
        if let place = shelf.place(of: key(number)) {
          #expect(shelf[place] == kept.value)
          sum += kept.cost
        } else {
          truth[number] = nil
        }
      }
      #expect(shelf.cost == sum)
      #expect(shelf.count == truth.count)
      #expect(shelf.cost <= 1000)
    }
  }
}
