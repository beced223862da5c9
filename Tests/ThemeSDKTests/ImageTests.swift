import TemplateEngine
import Testing

@testable import ThemeSDK

/// Addresses of pictures through an image service, in the three styles of its template.
@Suite struct ImageTests {
  private static let cloudflare = "/cdn-cgi/image/width={width},height={height},fit={crop},format={format}/{url}"
  private static let imgproxy = "https://img.example/rs:fill:{width}:{height}/g:{crop}/f:{format}/plain/{url}"
  private static let imgix = "https://shop.example{url}?w={width}&h={height}&fm={format}&auto=compress"
  private static let thumbor = "/unsafe/{width}x{height}/filters:format({format})/{url}"
  private static let ownQuery = "{url}?width={width}&height={height}"

  private static let image = Value.object([
    ("src", .string("/images/a.jpg")), ("alt", .string("A shoe")), ("width", .int(1200)), ("height", .int(800)),
  ])

  private func print(_ source: String, _ template: String?, image: Value = Self.image) throws -> String {
    let host = RenderHost(theme: try Fixtures.theme(), locale: "en", currency: "EUR", images: ImageAddress(template: template))
    return try Rendering.render(source, ["image": image], host: host).text
  }

  @Test(arguments: [
    (cloudflare, "width: 400", "/cdn-cgi/image/width=400/images/a.jpg"),
    (cloudflare, "width: 400, format: 'webp'", "/cdn-cgi/image/width=400,format=webp/images/a.jpg"),
    (cloudflare, "width: 400, height: 300, crop: 'cover'", "/cdn-cgi/image/width=400,height=300,fit=cover/images/a.jpg"),
    (imgproxy, "width: 400", "https://img.example/rs:fill:400:/plain/images/a.jpg"),
    (imgproxy, "height: 300, format: 'avif'", "https://img.example/rs:fill::300/f:avif/plain/images/a.jpg"),
    (imgproxy, "format: 'avif'", "https://img.example/f:avif/plain/images/a.jpg"),
    (imgix, "width: 400", "https://shop.example/images/a.jpg?w=400&auto=compress"),
    (imgix, "format: 'webp', height: 90", "https://shop.example/images/a.jpg?h=90&fm=webp&auto=compress"),
    (thumbor, "width: 400", "/unsafe/400x/images/a.jpg"),
    (thumbor, "format: 'webp'", "/unsafe/filters:format(webp)/images/a.jpg"),
    (ownQuery, "width: 400", "/images/a.jpg?width=400"),
    ("/img?src={url}&w={width}&h={height}", "width: 400", "/img?src=%2Fimages%2Fa.jpg&w=400"),
    ("/img?h={height}&src={url}", "width: 400", "/img?src=%2Fimages%2Fa.jpg"),
    (cloudflare, "width: 0, format: ''", "/images/a.jpg"), (cloudflare, "width: -5", "/images/a.jpg"),
    (cloudflare, "format: 'a/b'", "/cdn-cgi/image/format=a%2Fb/images/a.jpg"),
  ])
  func whatIsNotAskedForIsLeftOut(_ template: String, _ arguments: String, _ expected: String) throws {
    #expect(try print("{{ image | image_url: \(arguments) | raw }}", template) == expected)
  }

  @Test(arguments: [
    (cloudflare, "https://cdn.example/x y.png?v=1&b=2", "/cdn-cgi/image/width=40/https://cdn.example/x%20y.png%3Fv=1&b=2"),
    (ownQuery, "https://cdn.example/a.png?v=1", "https://cdn.example/a.png?v=1&width=40"),
    ("/i?u={url}&w={width}", "https://cdn.example/a%20b.png?v=1", "/i?u=https%3A%2F%2Fcdn.example%2Fa%2520b.png%3Fv%3D1&w=40"),
    (imgproxy, "/media/ä@2.jpg", "https://img.example/rs:fill:40:/plain/media/%C3%A4%402.jpg"),
    (cloudflare, "//cdn.example/a.png", "/cdn-cgi/image/width=40///cdn.example/a.png"),
    (cloudflare, "/drawing.svg", "/drawing.svg"), (cloudflare, "data:image/png;base64,AA.png", "data:image/png;base64,AA.png"),
  ])
  func anAddressIsEncodedForWhereItStands(_ template: String, _ address: String, _ expected: String) throws {
    #expect(try print("{{ image | image_url: width: 40 | raw }}", template, image: .string(address)) == expected)
  }

  @Test(arguments: [
    ("width: 5000", "w=1200"), ("height: 1600", "h=800"), ("width: 2400, height: 2400", "w=800&h=800"), ("width: 1200", "w=1200"),
    ("width: 3000, height: 800", "w=1200&h=320"),
  ])
  func noPictureIsMadeLargerThanItIs(_ arguments: String, _ expected: String) throws {
    #expect(try print("{{ image | image_url: \(arguments) | raw }}", "/i?w={width}&h={height}") == "/i?" + expected)
  }

  @Test func aTagHasItsWidthsNoneAboveThePicturesOwn() throws {
    let template = "/i{url}?w={width}&h={height}&fm={format}"
    let small = Value.object([("src", .string("/a.jpg")), ("width", .int(500)), ("height", .int(250))])
    #expect(
      try print(
        "{{ image | image_tag: width: 300, widths: '200,400,800,1000', format: 'webp', sizes: '50vw' }}", template, image: small)
        == "<img src=\"/i/a.jpg?w=300&amp;fm=webp\" alt=\"\" width=\"300\" height=\"150\" srcset=\"/i/a.jpg?w=200&amp;fm=webp 200w, "
        + "/i/a.jpg?w=400&amp;fm=webp 400w, /i/a.jpg?w=500&amp;fm=webp 500w\" sizes=\"50vw\">")
    // A crop keeps its shape in every width.
    #expect(
      try print("{{ image | image_tag: width: 200, height: 200, crop: 'center', widths: '100, 400' }}", template, image: small)
        == "<img src=\"/i/a.jpg?w=200&amp;h=200\" alt=\"\" width=\"200\" height=\"200\" srcset=\"/i/a.jpg?w=100&amp;h=100 100w, "
        + "/i/a.jpg?w=250&amp;h=250 250w\">")
    #expect(!(try print("{{ image | image_tag }}", nil).contains("srcset")))
    #expect(try print("{{ image | image_tag }}", template).contains("1200w\""))
  }

  @Test func theOlderFormsTakeBothSides() throws {
    let template = "/i{url}?w={width}&h={height}"
    #expect(try print("{{ image | img_url: '300x200' | raw }}", template) == "/i/images/a.jpg?w=300&h=200")
    #expect(try print("{{ image | img_url: 'x200' | raw }}", template) == "/i/images/a.jpg?h=200")
    #expect(try print("{{ image | img_url: 'small' | raw }}", template) == "/i/images/a.jpg?w=100")
    #expect(try print("{{ image | img_url: 'other' | raw }}", template) == "/images/a.jpg")
  }
}
