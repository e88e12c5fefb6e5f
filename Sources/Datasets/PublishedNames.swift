import Foundation

// MNIST's files under the names that downloads give them: `train-images.idx3-ubyte` from an archive,
// `train-images-idx3-ubyte (1)` from a browser that had it already, capitals, `.gz` that a browser has
// unpacked. What is certain is taken; otherwise a sentence says what to rename or to unpack.

/// The file of a folder that is meant by a published name.
///
/// - Parameters:
///   - name: The published name, `train-images-idx3-ubyte`.
///   - magic: The first four bytes of such a file.
///   - folder: Where it should be.
/// - Returns: The file of that name, or the only one whose name differs by what downloads change.
/// - Throws: `DataError` if there is none, there are several, or it is packed.
func publishedFile(_ name: String, magic: UInt32, in folder: URL) throws(DataError) -> URL {
  let file = folder.appendingPathComponent(name)
  var isFolder: ObjCBool = false
  let isThere = FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder)
  if isThere && !isFolder.boolValue { return file }

  var candidates = files(in: folder)
  // Archives unpack to a folder of the file's name, too.
  if isThere { candidates += files(in: file) }
  let places = candidates.map { (file: $0, distance: distance($0.lastPathComponent, from: name)) }
  for distance in Distance.allCases {
    let found = places.filter { $0.distance == distance }.map(\.file)
    let whole = found.filter { start(of: $0) != gzip }
    if whole.count == 1 { return whole[0] }
    if whole.count > 1 { throw .misnamed(path: file.path, found: whole.map(\.lastPathComponent)) }
    if let packed = found.first {
      if packed.path == file.path + ".gz" { throw .missing(path: file.path, packed: true) }
      throw .packed(path: packed.path, unpacked: file.path)
    }
  }
  if isThere { return file }
  let kind = magic == IDX.labelsMagic ? "label" : "image"
  let similar = candidates.map(\.lastPathComponent).filter { similar in
    similar.lowercased().contains(kind)
      && !publishedNames.contains { distance(similar, from: $0) != nil }
  }
  guard similar.isEmpty else { throw .misnamed(path: file.path, found: similar) }
  throw .missing(path: file.path, packed: false)
}

private let publishedNames = ["train", "t10k"].flatMap {
  ["\($0)-images-idx3-ubyte", "\($0)-labels-idx1-ubyte"]
}

/// How a name differs from the published one.
private enum Distance: CaseIterable {
  /// In capitals and in what stands between letters and digits.
  case punctuation
  /// By what browsers and systems add: a number, "copy", an extension.
  case addition
}

private func distance(_ name: String, from published: String) -> Distance? {
  let (plain, wanted) = (lettersAndDigits(name), lettersAndDigits(published))
  if plain == wanted { return .punctuation }
  guard plain.hasPrefix(wanted) else { return nil }
  var rest = plain.dropFirst(wanted.count).drop(while: \.isNumber)
  while let part = ["gzip", "gz", "copy", "bin", "txt", "download"].first(where: rest.hasPrefix) {
    rest = rest.dropFirst(part.count).drop(while: \.isNumber)
  }
  return rest.isEmpty ? .addition : nil
}

private func lettersAndDigits(_ name: String) -> String {
  String(name.lowercased().filter { $0.isLetter || $0.isNumber })
}

/// The ordinary files of a folder, without hidden ones, by name.
private func files(in folder: URL) -> [URL] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
  return names.filter { !$0.hasPrefix(".") }.sorted().map(folder.appendingPathComponent).filter {
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: $0.path, isDirectory: &isFolder)
    return isThere && !isFolder.boolValue
  }
}

private let gzip: [UInt8] = [0x1F, 0x8B]

/// The first two bytes of a file, if there are as many.
private func start(of file: URL) -> [UInt8] {
  var status = stat()
  guard stat(file.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG,
    let handle = try? FileHandle(forReadingFrom: file)
  else { return [] }
  return [UInt8]((try? handle.read(upToCount: 2)) ?? Data())
}
