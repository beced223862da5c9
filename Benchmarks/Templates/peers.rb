# The Ruby peers: answers the runner's lines as Sources/TemplateBench/Session.swift does. Reads the workload in place.
#
#     ruby [--yjit] peers.rb FOLDER [--c]
require 'json'
require 'liquid'
require 'liquid/c' if ARGV.include?('--c')

FOLDER = ARGV[0]
DATA = JSON.parse(File.read("#{FOLDER}/data.json"))

module Money
  def money(cents)
    '$' + ('%.2f' % (cents / 100.0)).reverse.sub('.', '_').gsub(/(\d{3})(?=\d)/, '\1,').sub('_', '.').reverse
  end
end

class Files
  def read_template_file(name) = File.read("#{FOLDER}/liquid/#{name}.liquid")
end

if Liquid.const_defined?(:Environment)
  environment = Liquid::Environment.build do |given|
    given.register_filter(Money)
    given.file_system = Files.new
  end
  COMPILE = ->(source) { Liquid::Template.parse(source, environment: environment) }
else
  Liquid::Template.register_filter(Money)
  Liquid::Template.file_system = Files.new
  COMPILE = ->(source) { Liquid::Template.parse(source) }
end

SOURCES = %w[layout listing detail].map { |name| File.read("#{FOLDER}/liquid/#{name}.liquid") }
LAYOUT = COMPILE.call(SOURCES[0])
PAGES = %w[listing detail listing_render].to_h do |name|
  page = COMPILE.call(File.read("#{FOLDER}/liquid/#{name}.liquid"))
  [name, -> { LAYOUT.render!(DATA.merge('content_for_layout' => page.render!(DATA))) }]
end

def cpu_seconds = Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID)

def measure(seconds, make)
  count = 0
  size = 0
  start = cpu_seconds
  used = 0.0
  while used < seconds
    size = make.call
    count += 1
    used = cpu_seconds - start
  end
  "#{count} #{used} #{size}"
end

$stdout.sync = true
while (line = $stdin.gets)
  command, _label, page, more = line.split
  case command
  when 'render' then puts measure(more.to_f, -> { PAGES[page].call.bytesize })
  when 'parse' then puts measure(more.to_f, -> { SOURCES.each { |source| COMPILE.call(source) }.sum(&:bytesize) })
  when 'output'
    File.binwrite(more, PAGES[page].call)
    puts 'done'
  end
end
