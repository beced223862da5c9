import CBrotli
import CZlib

/// Whole bodies packed in one call. Both take longer than a loop may be held (0.2–0.5 ms for a 40 KB page), so callers run them
/// off the loop.
package enum Compression {
  /// Level 6 is zlib's own default; 9 gains under 1 % on HTML at twice the time.
  package static func gzip(_ body: [UInt8]) -> [UInt8]? {
    var stream = z_stream()
    let windowBitsForGzip: Int32 = 15 + 16
    guard
      deflateInit2_(
        &stream, 6, Z_DEFLATED, windowBitsForGzip, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        == Z_OK
    else { return nil }
    defer { deflateEnd(&stream) }
    let bound = Int(deflateBound(&stream, UInt(body.count)))
    var complete = false
    let packed = [UInt8](unsafeUninitializedCapacity: bound) { output, count in
      body.withUnsafeBufferPointer { input in
        // zlib's interface predates const; it does not write to its input.
        stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        stream.avail_in = UInt32(input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(bound)
        complete = deflate(&stream, Z_FINISH) == Z_STREAM_END
        count = complete ? Int(stream.total_out) : 0
      }
    }
    return complete ? packed : nil
  }

  /// Quality 5: the measured knee (11 took 150 times as long); a 256 KB window covers any page and spares the encoder's memory.
  package static func brotli(_ body: [UInt8]) -> [UInt8]? {
    var size = BrotliEncoderMaxCompressedSize(body.count)
    guard size > 0 else { return nil }
    var complete = false
    let packed = [UInt8](unsafeUninitializedCapacity: size) { output, count in
      complete =
        BrotliEncoderCompress(5, 18, BROTLI_MODE_TEXT, body.count, body, &size, output.baseAddress) == BROTLI_TRUE
      count = complete ? size : 0
    }
    return complete ? packed : nil
  }
}
