import Glibc
import TemplateEngine

/// What one hostile program came to.
struct Measurement {
  var end = ""
  var place = ""
  var steps = 0
  var milliseconds = 0.0
  var mebibytes = 0.0
  var longestSlice = 0.0
}

/// The calling thread's processor time: other programs on a busy machine do not count.
private func processorNanoseconds() -> Double {
  var time = timespec()
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
  return Double(time.tv_sec) * 1e9 + Double(time.tv_nsec)
}

/// The kernel's counts for this process, in KiB.
private func status(_ field: String) -> Int {
  guard let file = fopen("/proc/self/status", "r") else { return 0 }
  defer { fclose(file) }
  var line = [CChar](repeating: 0, count: 256)
  while fgets(&line, 256, file) != nil {
    let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    if text.hasPrefix(field) { return Int(text.dropFirst(field.utf8.count).filter(\.isNumber)) ?? 0 }
  }
  return 0
}

/// Glibc's: gives freed memory back to the kernel.
@_silgen_name("malloc_trim") private func trim(_ keep: Int) -> CInt

/// Begins the peak anew: what is resident now is where it stands.
private func forgetPeak() -> Int {
  _ = trim(0)
  if let file = fopen("/proc/self/clear_refs", "w") {
    fputs("5", file)
    fclose(file)
  }
  return status("VmRSS:")
}

extension Program {
  /// Runs the program to its end. The longest slice is the longest of the shortest that each slice was in several runs: what a
  /// slice takes by itself, without what disturbed it.
  func measured(slice: Int, rounds: Int) -> Measurement {
    var result = Measurement()
    let base = forgetPeak()
    guard let template = compiled(into: &result) else {
      result.mebibytes = Double(status("VmHWM:") - base) / 1024
      return result
    }
    var slices: [Double] = []
    var total = Double.infinity
    for round in 0..<rounds {
      var took: [Double] = []
      let began = processorNanoseconds()
      let render = Render(template, globals: data, partials: library, errors: .silent)
      var outcome = Outcome.yielded
      while case .yielded = outcome {
        // What is far over the bound is not waited for.
        if processorNanoseconds() - began > 5e8 { break }
        let start = processorNanoseconds()
        outcome = render.resume(steps: slice)
        took.append(processorNanoseconds() - start)
        if case .needs(let requests) = outcome {
          for request in requests { render.supply(.string("x"), for: request) }
          outcome = .yielded
        }
      }
      total = min(total, processorNanoseconds() - began)
      if round == 0 {
        result.mebibytes = Double(status("VmHWM:") - base) / 1024
        slices = took
        result.steps = render.stepsTaken
        result.end = "done"
        if case .failed(let error) = outcome {
          result.end = "\(error.cause)"
          result.place = "\(error.place.template):\(error.place.line):\(error.place.column)"
        } else if let problem = render.problems.first {
          result.end = problem.place.message
        } else if case .yielded = outcome {
          result.end = "does not end"
        }
      } else {
        for at in slices.indices { slices[at] = min(slices[at], took[at]) }
      }
    }
    result.milliseconds = total / 1e6
    result.longestSlice = (slices.max() ?? 0) / 1e6
    return result
  }

  private func compiled(into result: inout Measurement) -> Template? {
    let began = processorNanoseconds()
    do throws(TemplateErrors) {
      let template = try Environment(escaping: escaping).compile(source, name: "t")
      result.milliseconds = (processorNanoseconds() - began) / 1e6
      return compilesOnly ? finish(&result, "compiled") : template
    } catch {
      result.milliseconds = (processorNanoseconds() - began) / 1e6
      return finish(&result, "\(error.errors.count) x \(error.errors[0].message)")
    }
  }

  private func finish(_ result: inout Measurement, _ end: String) -> Template? {
    result.end = end
    return nil
  }

  private var library: PartialLibrary {
    var templates: [String: Template] = [:]
    for (name, source) in partials { templates[name] = try? Environment(escaping: escaping).compile(source, name: name) }
    return PartialLibrary(templates)
  }
}
