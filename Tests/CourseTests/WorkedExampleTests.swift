@testable import chapter03
import Backprop
import Course
import Foundation
import Testing

/// What a quantity of an example must be, to the digits written here.
///
/// Numbers are separated by spaces, rows by a slash.
struct Expectation: CustomTestStringConvertible {
  let example: WorkedExample
  let name: String
  let numbers: String

  init(_ example: WorkedExample, _ name: String, _ numbers: String) {
    (self.example, self.name, self.numbers) = (example, name, numbers)
  }

  var testDescription: String { "\(example.name): \(name) = \(numbers)" }

  static func of(_ example: WorkedExample, _ table: KeyValuePairs<String, String>) -> [Expectation]
  {
    table.map { Expectation(example, $0.key, $0.value) }
  }
}

private let expectations =
  Expectation.of(
    .one,
    [
      "z1": "2 2 2", "a1": "0.880797 0.880797 0.880797", "z2": "3.642391 3.642391",
      "y": "0.974479 0.974479", "loss": "0.475130", "dy": "0.974479 -0.025521",
      "δ2": "0.0242352 -0.000634711", "db2": "0.0242352 -0.000634711",
      "dW2": "0.0213463 -0.000559052 / 0.0213463 -0.000559052 / 0.0213463 -0.000559052",
      "da1": "0.0236005 0.0236005 0.0236005", "δ1": "0.00247790 0.00247790 0.00247790",
      "dW1": "0.00247790 0.00247790 0.00247790 / 0 0 0",
      "db1": "0.00247790 0.00247790 0.00247790", "dx": "0.00743370 0.00743370",
      "W2 new": "0.999786537 1.000005591 / 0.999786537 1.000005591 / 0.999786537 1.000005591",
      "b2 new": "0.999757648 1.000006347", "W1 new": "0.999975221 0.999975221 0.999975221 / 1 1 1",
      "b1 new": "0.999975221 0.999975221 0.999975221", "loss new": "0.475110151",
      "loss after 10": "0.474929399",
    ])
  + Expectation.of(
    .oneWithTwoHiddenUnits,
    [
      "a1": "0.880797 0.880797", "z2": "2.761594 2.761594", "y": "0.940565 0.940565",
      "loss": "0.444097", "δ2": "0.0525801 -0.00332258",
      "dW2": "0.0463124 -0.00292652 / 0.0463124 -0.00292652", "δ1": "0.00517172 0.00517172",
      "dW1": "0.00517172 0.00517172 / 0 0",
      "W2 new": "0.999536876 1.000029265 / 0.999536876 1.000029265",
      "b2 new": "0.999474199 1.000033226", "W1 new": "0.999948283 0.999948283 / 1 1",
      "b1 new": "0.999948283 0.999948283", "loss new": "0.444025421",
    ])
  + Expectation.of(
    .oneUnitByUnit,
    [
      "a1": "0.880797 0.731059", "z2": "1.880797 1.731059", "y": "0.867703 0.849548",
      "loss": "0.387772", "δ2": "0.0996077 -0.0192303", "dW2": "0.0877342 0 / 0 -0.0140584",
      "δ1": "0.0104582 -0.00378090", "dW1": "0.0104582 0 / 0 0",
      "W2 new": "0.999122658 0 / 0 1.000140584", "b2 new": "0.999003923 1.000192303",
      "W1 new": "0.999895418 0 / 0 1", "b1 new": "0.999895418 1.000037809",
      "loss new": "0.387587596",
    ])
  + Expectation.of(
    .two,
    [
      "z1": "0.8 1.0 / 1.0 1.2", "a1": "0.689974 0.731059 / 0.731059 0.768525",
      "z2": "0.883622 / 0.926644", "y": "0.707572 / 0.716394", "loss": "0.149684",
      "dy": "-0.146214 / 0.358197", "δ2": "-0.0302537 / 0.0727762",
      "dW2": "0.0323294 / 0.0338131", "db2": "0.0425225",
      "da1": "-0.0151268 -0.0181522 / 0.0363881 0.0436657",
      "δ1": "-0.00323577 -0.00356894 / 0.00715433 0.00776789",
      "dW1": "-0.00323577 -0.00356894 / 0.00715433 0.00776789", "db1": "0.00391856 0.00419895",
      "W2 new": "0.499676706 / 0.599661869", "b2 new": "0.099574775",
      "W1 new": "0.100032358 0.200035689 / 0.299928457 0.399922321",
      "b1 new": "0.699960814 0.799958010", "loss new": "0.149641932",
      "loss after 10": "0.149268994",
    ])
  + Expectation.of(
    .two.with(loss: .squaredError), ["loss": "0.299367", "loss after 10": "0.297716390"])
  + Expectation.of(
    .twoWithThreeHiddenUnits,
    [
      "z1": "0.8 1.0 1.2 / 1.0 1.2 1.4",
      "a1": "0.689974 0.731059 0.768525 / 0.731059 0.768525 0.802184",
      "z2": "1.421590 / 1.488173", "y": "0.805588 / 0.815804", "loss": "0.175833",
      "dy": "-0.0972062 / 0.407902", "δ2": "-0.0152241 / 0.0612946",
      "dW2": "0.0343057 / 0.0359767 / 0.0374694", "db2": "0.0460705",
      "da1": "-0.00761204 -0.00913445 -0.0106569 / 0.0306473 0.0367767 0.0429062",
      "δ1": "-0.00162829 -0.00179594 -0.00189580 / 0.00602562 0.00654238 0.00680857",
      "dW1": "-0.00162829 -0.00179594 -0.00189580 / 0.00602562 0.00654238 0.00680857",
      "db1": "0.00439733 0.00474644 0.00491277",
      "W2 new": "0.499656943 / 0.599640233 / 0.699625306", "b2 new": "0.099539295",
      "W1 new": "0.100016283 0.200017959 0.300018958 / 0.299939744 0.399934576 0.499931914",
      "b1 new": "0.699956027 0.799952536 0.899950872", "loss new": "0.175771052",
      "loss after 10": "0.175212106",
    ])
  + Expectation.of(
    .twoWithThreeHiddenUnits.with(loss: .squaredError),
    ["loss": "0.351666", "loss after 10": "0.349178233"])
  + Expectation.of(
    .three,
    [
      "z1": "0 0.847298 2.197225 1.386294", "a1": "0.5 0.7 0.9 0.8", "z2": "0 0.405465 0.847298",
      "a2": "0.5 0.6 0.7", "z3": "-0.405465 0.405465", "y": "0.4 0.6", "loss": "0.16",
      "dy": "0.4 -0.4", "δ3": "0.096 -0.096",
      "dW3": "0.048 -0.048 / 0.0576 -0.0576 / 0.0672 -0.0672",
      "da2": "-0.0353860 -0.0424633 -0.0495405", "δ2": "-0.00884651 -0.0101912 -0.0104035",
      "dW2": """
      -0.00442326 -0.00509559 -0.00520175 / -0.00619256 -0.00713383 -0.00728245 / \
      -0.00796186 -0.00917206 -0.00936315 / -0.00707721 -0.00815295 -0.00832280
      """,
      "da1": "-0.00295594 -0.00413832 -0.00532070 -0.00472951",
      "δ1": "-0.000738986 -0.000869047 -0.000478863 -0.000756721",
      "dW1": """
      -0.000738986 -0.000869047 -0.000478863 -0.000756721 / \
      -0.00147797 -0.00173809 -0.000957725 -0.00151344 / \
      -0.00221696 -0.00260714 -0.00143659 -0.00227016
      """,
      "dx": "-0.000202682 -0.000405364 -0.000608046",
      "W3 new": """
      -0.184782322 0.184782322 / -0.221738786 0.221738786 / -0.258695251 0.258695251
      """,
      "loss new": "0.159790669", "loss after 10": "0.157919973",
    ])
  + Expectation.of(
    .threeWithBiases,
    ["db3": "0.096 -0.096", "loss new": "0.159603653", "loss after 10": "0.156090638"])
  + Expectation.of(
    .four,
    [
      "z1": "1", "y": "0.731058579", "loss": "0.053388067", "δ1": "0.090857748",
      "dW1": "0.009085775 / 0.081771973", "db1": "0.090857748",
      "W1 new": "0.499909142 / 0.499182280", "b1 new": "0.499091423",
    ])
  + Expectation.of(
    .fourWithCrossEntropy,
    [
      "δ1": "0.231058579", "dW1": "0.023105858 / 0.207952721", "db1": "0.231058579",
      "W1 new": "0.499768941 / 0.497920473", "b1 new": "0.497689414",
    ])
  + Expectation.of(
    .five,
    [
      "z1": "0.15 0.31", "a1": "0.537430 0.576885", "z2": "0.914846", "y": "0.713991",
      "loss": "0.0409006", "δ2": "-0.0584054", "dW2": "-0.0313888 / -0.0336932",
      "da1": "-0.0292027 -0.0350432", "δ1": "-0.00725976 -0.00855365",
      "dW1": "-0.000725976 -0.000855365 / -0.00145195 -0.00171073",
      "W1 new": "0.100072598 0.300085537 / 0.200145195 0.400171073",
      "b1 new": "0.100725976 0.200855365", "W2 new": "0.503138878 / 0.603369319",
      "b2 new": "0.305840535", "loss new": "0.040337303", "loss after 10": "0.035773224",
    ])
  + Expectation.of(
    .fiveWithReLU,
    [
      "a1": "0.15 0.31", "z2": "0.561", "y": "0.636684", "loss": "0.0659993",
      "δ2": "-0.0840414", "dW2": "-0.0126062 / -0.0260528", "δ1": "-0.0420207 -0.0504248",
      "dW1": "-0.00420207 -0.00504248 / -0.00840414 -0.0100850",
      "W1 new": "0.100420207 0.300504248 / 0.200840414 0.401008497",
      "b1 new": "0.104202069 0.205042483", "W2 new": "0.501260621 / 0.602605283",
      "b2 new": "0.308404138", "loss new": "0.064763601", "loss after 10": "0.054782669",
    ])

struct WorkedExampleTests {
  @Test(arguments: expectations)
  func `every number is right to its last digit`(_ expected: Expectation) throws {
    let value = try #require(quantity(expected.name, of: expected.example))
    let rows = expected.numbers.split(separator: "/").map { $0.split(separator: " ") }
    #expect(value.rows == (value.rank == 1 ? rows[0].count : rows.count))
    let numbers = rows.flatMap { $0 }
    try #require(value.count == numbers.count)
    for (got, text) in zip(value.scalars, numbers) {
      let decimals = text.contains(".") ? text.split(separator: ".")[1].count : 9
      let number = try #require(Double(text))
      #expect(abs(got - number) <= 0.51 * Double.pow(10, -Double(decimals)), "\(got), \(text)")
    }
  }

  private func quantity(_ name: String, of example: WorkedExample) -> Matrix? {
    if name == "loss after 10" { return Matrix([example.trained(steps: 10).pass().loss]) }
    let pass = example.pass()
    let lines = WorkedExample.Stage.allCases.flatMap { example.lines($0, of: pass) }
    return lines.first { $0.name == name }?.value
  }

  @Test(arguments: WorkedExample.all)
  func `every gradient agrees with central differences`(_ example: WorkedExample) {
    let pass = example.pass()
    for i in example.layers.indices {
      let layer = example.layers[i]
      func loss(_ change: (inout WorkedExample.Layer) -> Void) -> Double {
        var changed = example
        change(&changed.layers[i])
        return changed.pass().loss
      }
      let dW = numericalGradient(
        of: { weight in
          loss { $0.weight = layer.connections.map { weight * $0 } ?? weight }
        }, at: layer.weight)
      #expect(gradientsAgree(pass.dW[i], dW, loss: pass.loss))
      if let bias = layer.bias {
        let db = numericalGradient(of: { bias in loss { $0.bias = bias } }, at: bias)
        #expect(gradientsAgree(pass.db[i], db, loss: pass.loss))
      }
    }
  }

  @Test func `equal weights stay equal, bit for bit, through ten thousand steps`() {
    let net = WorkedExample.one.with(learningRate: 1).trained(steps: 10_000)
    let (weight1, weight2) = (net.layers[0].weight, net.layers[1].weight)
    for unit in 1..<3 {
      for i in 0..<2 {
        #expect(weight1[i, unit] == weight1[i, 0])
        #expect(weight2[unit, i] == weight2[0, i])
      }
    }
    #expect(abs(net.pass().loss - 1.3979e-5) <= 0.51e-9)
    #expect(abs(weight1[0, 0] - 1.113604) <= 0.51e-6)
    #expect(weight1[1, 0] == 1)
    #expect(abs(weight2[0, 0] + 1.411243) <= 0.51e-6)
    #expect(abs(weight2[0, 1] - 1.491883) <= 0.51e-6)
  }

  @Test func `two sigmoid layers take their gradients from the function they are given`() throws {
    let right = Chapter03Problems.twoLayer.function(from: .library)
    for example in [WorkedExample.one, .two, .five] {
      let (own, given) = (example.pass(), try example.pass(with: right))
      for (a, b) in zip(own.dW + own.db + own.dInput, given.dW + given.db + given.dInput) {
        #expect(a.shape == b.shape)
        #expect(zip(a.scalars, b.scalars).allSatisfy { abs($0 - $1) <= 1e-15 })
      }
    }
    #expect(WorkedExample.oneUnitByUnit.twoLayerQuestion == nil)
    #expect(WorkedExample.fiveWithReLU.twoLayerQuestion == nil)
    let wrong = Chapter03Problems.twoLayer.function(from: .bug("two-layer-no-hidden-slope"))
    #expect(try WorkedExample.one.pass(with: wrong).dW[0] != WorkedExample.one.pass().dW[0])
  }
}
